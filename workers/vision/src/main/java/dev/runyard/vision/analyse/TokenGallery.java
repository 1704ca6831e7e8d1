package dev.runyard.vision.analyse;

import dev.runyard.vision.analyse.Sample.Mixtures;
import dev.runyard.vision.plot.Caption;
import dev.runyard.vision.plot.Colours;
import dev.runyard.vision.plot.Figure;
import dev.runyard.vision.plot.Picture;
import dev.runyard.vision.plot.Surface;
import dev.runyard.vision.plot.Surface.Anchor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What each token stands for (the paper's figure of tokens): the four images that use it most, and how its use is spread over the
 * classes. An image's use of a token is its largest coefficient in the K prompts, or the coefficient in one of them.
 */
final class TokenGallery {
    private static final int TOP = 4;
    private static final int CLASSES = 4;
    private static final int COLUMNS = 2;
    private static final int ROWS = 8;
    private static final int IMAGE = 58;
    private static final int CELL_WIDTH = 470;
    private static final int BAR = 70;
    private static final int CELL_HEIGHT = 104;
    private static final int MARGIN = 20;
    private static final int HEAD = 44;

    private final @Nullable Integer slot;

    TokenGallery(@Nullable Integer slot) {
        this.slot = slot;
    }

    /**
     * One token.
     *
     * @param images the images that use it most, most first
     * @param shares of each class in its use, sum 1
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(int token, double mean, List<Integer> images, double[] shares) {}

    void run(Sample sample, Output out) throws IOException {
        Mixtures mixtures = Objects.requireNonNull(sample.mixtures());
        List<Entry> entries = IntStream.range(0, mixtures.size())
                .mapToObj(token -> entry(sample, mixtures, token))
                .sorted(Comparator.comparingDouble(Entry::mean).reversed().thenComparingInt(Entry::token))
                .toList();
        out.number("tokens", mixtures.size());
        out.number("ranked by", slot == null ? "largest of the " + mixtures.k() + " prompts" : "prompt " + slot);
        tables(sample, mixtures, entries, out);
        int perPage = COLUMNS * ROWS;
        int pages = (entries.size() + perPage - 1) / perPage;
        for (int page = 0; page < pages; page++) {
            List<Entry> some = entries.subList(page * perPage, Math.min(entries.size(), (page + 1) * perPage));
            String name = String.format(Locale.ROOT, "tokens-%02d", page + 1);
            String title = "Tokens by mean use (an image's use: "
                    + (slot == null ? "its largest coefficient" : "the coefficient in prompt " + slot)
                    + "), n = " + sample.n() + ", page " + (page + 1) + " of " + pages;
            int rows = (some.size() + COLUMNS - 1) / COLUMNS;
            int height = HEAD + rows * CELL_HEIGHT + MARGIN;
            Figure figure = new Figure(
                    2 * MARGIN + COLUMNS * CELL_WIDTH, height, to -> draw(to, title, some, sample, mixtures));
            out.figure(name, figure);
        }
    }

    /** An image's use of a token. */
    private double use(Mixtures mixtures, int image, int token) {
        if (slot != null) {
            return mixtures.of(image, slot - 1, token);
        }
        double most = 0;
        for (int p = 0; p < mixtures.k(); p++) {
            most = Math.max(most, mixtures.of(image, p, token));
        }
        return most;
    }

    private Entry entry(Sample sample, Mixtures mixtures, int token) {
        int n = sample.n();
        double[] uses = new double[n];
        double[] sums = new double[sample.classNames().size()];
        int[] counts = new int[sums.length];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            uses[i] = use(mixtures, i, token);
            sums[sample.labels()[i]] += uses[i];
            counts[sample.labels()[i]]++;
            mean += uses[i] / n;
        }
        double total = 0;
        for (int c = 0; c < sums.length; c++) {
            // A mean a class, so that a class with more images does not look favoured.
            sums[c] = counts[c] == 0 ? 0 : sums[c] / counts[c];
            total += sums[c];
        }
        for (int c = 0; c < sums.length; c++) {
            sums[c] = total > 0 ? sums[c] / total : 0;
        }
        List<Integer> images = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -uses[i]).thenComparing(i -> i))
                .limit(TOP)
                .toList();
        return new Entry(token, mean, images, sums);
    }

    private void tables(Sample sample, Mixtures mixtures, List<Entry> entries, Output out) throws IOException {
        List<List<?>> top = new ArrayList<>(List.of(List.of("token", "mean_use", "rank", "image", "class", "use")));
        List<List<?>> classes = new ArrayList<>(List.of(List.of("token", "class", "share")));
        for (Entry entry : entries) {
            for (int rank = 0; rank < entry.images().size(); rank++) {
                int image = entry.images().get(rank);
                double use = use(mixtures, image, entry.token());
                String name = sample.names().get(image);
                top.add(List.of(entry.token(), entry.mean(), rank + 1, name, sample.className(image), use));
            }
            for (int c = 0; c < entry.shares().length; c++) {
                classes.add(List.of(entry.token(), sample.classNames().get(c), entry.shares()[c]));
            }
        }
        out.table("tokens.csv", top);
        out.table("tokens-classes.csv", classes);
    }

    private void draw(Surface to, String title, List<Entry> entries, Sample sample, Mixtures mixtures) {
        to.text(title, MARGIN, 28, 16);
        for (int i = 0; i < entries.size(); i++) {
            double x = MARGIN + i % COLUMNS * CELL_WIDTH;
            double y = HEAD + i / COLUMNS * CELL_HEIGHT;
            cell(to, entries.get(i), x, y, sample, mixtures);
        }
    }

    private void cell(Surface to, Entry entry, double x, double y, Sample sample, Mixtures mixtures) {
        String head = String.format(Locale.ROOT, "token %d   mean use %.3f", entry.token(), entry.mean());
        to.text(head, x, y + 14, 12, Anchor.START, Colours.INK);
        for (int rank = 0; rank < entry.images().size(); rank++) {
            int image = entry.images().get(rank);
            double left = x + rank * (IMAGE + 4);
            Picture picture = new Picture(sample.size(), sample.size(), sample.pictures()[image]);
            to.image(picture, left, y + 20, IMAGE, IMAGE);
            String use = String.format(Locale.ROOT, "%.2f", use(mixtures, image, entry.token()));
            to.text(use, left + IMAGE / 2.0, y + 20 + IMAGE + 12, 10, Anchor.MIDDLE, Colours.FAINT);
        }
        double left = x + TOP * (IMAGE + 4) + 8;
        List<Integer> most = IntStream.range(0, entry.shares().length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer c) -> -entry.shares()[c]))
                .limit(CLASSES)
                .toList();
        for (int i = 0; i < most.size(); i++) {
            double share = entry.shares()[most.get(i)];
            double top = y + 21 + i * 15;
            to.rect(left, top, BAR, 10, Colours.GRID);
            // Of the largest share: with many classes every share is small.
            to.rect(left, top, BAR * share / Math.max(1e-12, entry.shares()[most.get(0)]), 10, Colours.kind(0));
            String name = sample.classNames().get(most.get(i));
            String label = String.format(Locale.ROOT, "%.1f %% %s", 100 * share, shortened(name));
            to.text(label, left + BAR + 6, top + 9, 10, Anchor.START, Colours.INK);
        }
    }

    private static String shortened(String name) {
        return Caption.of(name, 18);
    }
}
