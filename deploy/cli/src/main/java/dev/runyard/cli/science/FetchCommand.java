package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.vision.fetch.Catalogue;
import dev.runyard.vision.fetch.Catalogue.Offer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code data fetch} and {@code weights fetch} do; they differ in their table. */
abstract class FetchCommand implements Callable<Integer> {
    private final String kind;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "What to download; --list shows all.")
    @Nullable
    String name;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Folder for the files; default data/NAME or weights/NAME.")
    @Nullable
    Path to;

    @Option(names = "--list", description = "Show what can be fetched.")
    boolean list;

    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    /** @param kind {@code data} or {@code weights} */
    FetchCommand(String kind) {
        this.kind = kind;
    }

    abstract Catalogue catalogue() throws IOException;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (list) {
            list(catalogue());
            return 0;
        }
        if (name == null) {
            throw Failure.badInput("no name was given", "give one of \"runyard " + kind + " fetch --list\"");
        }
        fetch(name, catalogue().offer(name), to == null ? Path.of(kind, name) : to);
        return 0;
    }

    private void list(Catalogue catalogue) throws IOException {
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

    private void fetch(String wanted, Offer offer, Path folder) throws IOException, InterruptedException {
        if (!offer.files().isEmpty()) {
            Files.createDirectories(folder);
        }
        try (Bars bars = new Bars()) {
            Catalogue.fetch(offer, folder, bars);
        }
        if (json) {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("name", wanted);
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
