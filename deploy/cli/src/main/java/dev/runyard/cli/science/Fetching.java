package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.Json;
import dev.runyard.vision.fetch.Catalogue;
import dev.runyard.vision.fetch.Catalogue.Offer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code data fetch} and {@code weights fetch} share. */
final class Fetching {
    private Fetching() {}

    static void list(Catalogue catalogue, boolean json) throws IOException {
        Map<String, Offer> offers = new TreeMap<>(catalogue.offers());
        if (json) {
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(offers));
            return;
        }
        Table table = new Table("NAME", "WHAT", "FILES");
        offers.forEach((name, offer) -> table.row(
                name,
                offer.what(),
                offer.files().isEmpty() ? "by hand" : offer.files().size()));
        table.lines().forEach(System.out::println);
    }

    /** @param to null for {@code KIND/NAME} below the current folder */
    static Path fetch(Catalogue catalogue, String kind, String name, @Nullable Path to, boolean json)
            throws IOException, InterruptedException {
        Offer offer = catalogue.offer(name);
        Path folder = to == null ? Path.of(kind, name) : to;
        if (!offer.files().isEmpty()) {
            Files.createDirectories(folder);
        }
        try (Bars bars = new Bars()) {
            Catalogue.fetch(offer, folder, bars);
        }
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("name", name);
            out.put("folder", folder.toAbsolutePath().toString());
            if (offer.byHand() != null) {
                out.put("byHand", offer.byHand());
            }
            System.out.println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(out));
        } else {
            System.out.println(Table.printable(offer.what() + " is in " + folder));
            if (offer.byHand() != null) {
                System.out.println(Table.printable("by hand: " + offer.byHand()));
            }
        }
        return folder;
    }

    /** One bar after another, on standard error. */
    private static final class Bars implements Catalogue.Listener, AutoCloseable {
        private @Nullable Progress progress;
        private String shown = "";

        @Override
        public void bytes(String file, long done, long of) {
            bar(file)
                    .show(
                            of <= 0 ? 0 : (double) done / of,
                            String.format(
                                    Locale.ROOT,
                                    "%s, %,d of %s MB",
                                    file,
                                    done / 1_000_000,
                                    of < 0 ? "?" : of / 1_000_000));
        }

        @Override
        public void entries(String archive, int done) {
            // How many there will be is unknown; every thousandth is told.
            if (done == 1 || done % 1000 == 0) {
                bar("unpacking " + archive).show(0, "unpacking " + archive + ", " + done + " entries");
            }
        }

        private Progress bar(String of) {
            Progress known = progress;
            if (known == null || !of.equals(shown)) {
                close();
                known = new Progress(System.err);
                progress = known;
                shown = of;
            }
            return known;
        }

        @Override
        public void close() {
            if (progress != null) {
                progress.close();
                progress = null;
            }
        }
    }
}
