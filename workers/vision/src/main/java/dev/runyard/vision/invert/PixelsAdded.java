package dev.runyard.vision.invert;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The room that inverted prompts take, by size of the patches (paper §3.3: smaller patches need less): one row for each geometry, with
 * as many prompts as fill the rows that the run's own number needs.
 */
public record PixelsAdded(int prompts, List<Geometry> geometries) {
    private static final int WIDE = 120;

    /**
     * A backbone's geometry.
     *
     * @param name for the figure
     * @param imageSize in px
     * @param patch in px
     * @param prompts K, filled up to whole rows
     */
    public record Geometry(String name, int imageSize, int patch, int prompts) {
        /** Filled up to whole rows of patches. */
        static Geometry of(String name, int imageSize, int patch, int wanted) {
            int perRow = imageSize / patch;
            return new Geometry(name, imageSize, patch, (wanted + perRow - 1) / perRow * perRow);
        }

        int rows() {
            return prompts / (imageSize / patch);
        }

        /** Below the image, in px. */
        int height() {
            return rows() * patch;
        }

        /** Percent of the image. */
        double share() {
            return 100.0 * height() / imageSize;
        }
    }

    /** Of a run's backbone, and of the published ones at 224 px. */
    public static PixelsAdded of(InversionReport report) {
        int k = report.prompts();
        List<Geometry> all = new ArrayList<>();
        all.add(Geometry.of("this run", report.imageSize(), report.patch(), k));
        all.add(Geometry.of("ViT-B/32", 224, 32, k));
        all.add(Geometry.of("ViT-B/16, S/16", 224, 16, k));
        all.add(Geometry.of("ViT-L/14", 224, 14, k));
        return new PixelsAdded(k, List.copyOf(all));
    }

    /** {@code pixels-added.csv} and {@code pixels-added.svg}. */
    public void write(Path folder) throws IOException {
        Files.writeString(folder.resolve("pixels-added.csv"), csv());
        Files.writeString(folder.resolve("pixels-added.svg"), svg());
    }

    String csv() {
        StringBuilder out = new StringBuilder("backbone,image,patch,prompts,rows,pixels_added,percent_added\n");
        for (Geometry g : geometries) {
            out.append(String.format(
                    Locale.ROOT,
                    "\"%s\",%d,%d,%d,%d,%d,%.2f%n",
                    g.name(),
                    g.imageSize(),
                    g.patch(),
                    g.prompts(),
                    g.rows(),
                    g.height() * g.imageSize(),
                    g.share()));
        }
        return out.toString();
    }

    /** Every image equally wide, its patches below it to scale. */
    String svg() {
        double tallest = 0;
        for (Geometry g : geometries) {
            tallest = Math.max(tallest, g.share());
        }
        int height = (int) Math.ceil(WIDE * (1 + tallest / 100)) + 70;
        int step = WIDE + 40;
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">%n<title>Pixels added by %3$d prompts or the"
                        + " next whole rows</title>%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                geometries.size() * step,
                height,
                prompts));
        for (int i = 0; i < geometries.size(); i++) {
            Geometry g = geometries.get(i);
            double x = 20 + i * (double) step;
            double below = WIDE * g.share() / 100;
            double cell = (double) WIDE / (g.imageSize() / g.patch());
            rectangle(out, x, 10, WIDE, WIDE, "#d8dee9");
            for (int k = 0; k < g.prompts(); k++) {
                int perRow = g.imageSize() / g.patch();
                rectangle(out, x + cell * (k % perRow), 10 + WIDE + cell * (k / perRow), cell, cell, "#5e81ac");
            }
            text(out, x, 10 + WIDE + below + 18, g.name());
            text(out, x, 10 + WIDE + below + 34, g.prompts() + " prompts, " + g.rows() + " × " + g.patch() + " px");
            text(out, x, 10 + WIDE + below + 50, String.format(Locale.ROOT, "+%.1f %%", g.share()));
        }
        return out.append("</svg>\n").toString();
    }

    private static void rectangle(StringBuilder out, double x, double y, double width, double height, String fill) {
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\" stroke=\"white\""
                        + " stroke-width=\"0.5\"/>%n",
                x,
                y,
                width,
                height,
                fill));
    }

    private static void text(StringBuilder out, double x, double y, String text) {
        out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, text));
    }
}
