package dev.runyard.vision.fetch;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.runyard.spec.Nearest;
import dev.runyard.spec.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What can be fetched by name: the tables {@code data.json} and {@code weights.json} beside this class. */
public final class Catalogue {
    private final String kind;
    private final Map<String, Offer> offers;

    /**
     * One thing that can be fetched.
     *
     * @param what one line for people
     * @param files in the order in which they are fetched; empty when it has to be fetched by hand
     * @param byHand where to get it, or what is still missing after fetching; null when there is nothing to do by hand
     */
    public record Offer(
            String what, List<RemoteFile> files, @Nullable String byHand) {
        public Offer {
            files = List.copyOf(files);
        }
    }

    /** Told of progress. */
    public interface Listener extends Download.Listener, Unpacking.Listener {}

    private Catalogue(String kind) {
        this.kind = kind;
        try (InputStream in = Objects.requireNonNull(Catalogue.class.getResourceAsStream(kind + ".json"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            offers = new TreeMap<>(Json.mapper().readValue(text, new TypeReference<Map<String, Offer>>() {}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Data sets, by their ids. */
    public static Catalogue data() {
        return new Catalogue("data");
    }

    /** Pretrained backbones. */
    public static Catalogue weights() {
        return new Catalogue("weights");
    }

    /** Every name with what it is, sorted. */
    public Map<String, Offer> offers() {
        return Map.copyOf(offers);
    }

    /** @throws FetchException UNKNOWN_NAME with the nearest one */
    public Offer offer(String name) throws FetchException {
        @Nullable Offer offer = offers.get(name);
        if (offer == null) {
            throw new FetchException(
                    "UNKNOWN_NAME",
                    "\"" + SafeNames.printable(name) + "\" is not in the table of " + kind + "; "
                            + Nearest.to(name, offers.keySet())
                                    .map(near -> "did you mean \"" + near + "\"?")
                                    .orElse("known are " + String.join(", ", offers.keySet())));
        }
        return offer;
    }

    /**
     * Fetches all files of an offer into a folder and unpacks those that are archives. What is there already is verified, not fetched.
     *
     * @throws FetchException BY_HAND when it cannot be fetched without a person
     */
    public static void fetch(Offer offer, Path folder, Listener listener) throws IOException, InterruptedException {
        if (offer.files().isEmpty()) {
            throw new FetchException("BY_HAND", offer.what() + " cannot be fetched by a program; " + offer.byHand());
        }
        for (RemoteFile remote : offer.files()) {
            Path file = Download.fetch(remote, folder, listener);
            Path done = folder.resolve(remote.file() + ".unpacked");
            if (remote.unpack() != null && !Files.exists(done)) {
                Path into = remote.into() == null ? folder : folder.resolve(remote.into());
                Unpacking.unpack(file, remote.unpack(), into, listener);
                Files.createFile(done);
            }
        }
    }
}
