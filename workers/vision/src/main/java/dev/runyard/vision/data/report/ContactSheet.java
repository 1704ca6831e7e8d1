package dev.runyard.vision.data.report;

import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.vision.data.Opened;
import dev.runyard.vision.data.layout.Found;
import dev.runyard.vision.data.layout.Item;
import dev.runyard.vision.data.pixels.Items;
import dev.runyard.vision.data.source.Source;
import dev.runyard.vision.image.Transforms;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A picture of some images of a data set with their class names below, to see whether labels and images belong together. Letters are
 * drawn dot by dot: a machine without fonts draws them too.
 */
public final class ContactSheet {
    private static final int COLUMNS = 8;
    private static final int MOST = 64;
    private static final int SIDE = 96;
    private static final int GAP = 4;
    private static final int LETTER = 6;
    private static final int LINE = 9;
    private static final int LINES = 2;
    private static final int INK = 0x202020;
    private static final int FAULT = 0xd02020;
    private static final Map<Character, String[]> LETTERS = letters();

    private ContactSheet() {}

    /**
     * Draws up to 64 images, as many a class as there is room for, and writes a PNG; images that cannot be decoded are crossed out.
     *
     * @return how many images are on it
     */
    public static int write(DatasetSpec spec, long seed, Path png) throws IOException {
        try (Source source = Source.open(Objects.requireNonNull(spec.root()), null)) {
            Opened opened = Opened.of(spec, source, seed, Opened.Purpose.A_LOOK, null);
            List<Item> items = chosen(opened.found());
            BufferedImage sheet = drawn(source, items, opened.found().classNames());
            Path folder = png.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            ImageIO.write(sheet, "png", png.toFile());
            return items.size();
        }
    }

    /** In order of labels; when there are more classes than room, classes spread evenly. */
    private static List<Item> chosen(Found found) {
        Map<Integer, List<Item>> byLabel = new HashMap<>();
        for (Item item : found.all()) {
            byLabel.computeIfAbsent(item.label(), k -> new ArrayList<>()).add(item);
        }
        List<Integer> labels = byLabel.keySet().stream().sorted().toList();
        int shown = Math.min(MOST, labels.size());
        List<Item> out = new ArrayList<>();
        for (int k = 0; k < shown; k++) {
            int label = labels.get((int) ((long) k * labels.size() / shown));
            List<Item> ofClass = byLabel.getOrDefault(label, List.of());
            int each = Math.min(MOST / shown, ofClass.size());
            for (int j = 0; j < each; j++) {
                out.add(ofClass.get((int) ((long) j * ofClass.size() / each)));
            }
        }
        return out;
    }

    private static BufferedImage drawn(Source source, List<Item> items, List<String> classNames) {
        int rows = (items.size() + COLUMNS - 1) / COLUMNS;
        int height = SIDE + LINES * LINE + GAP;
        BufferedImage sheet = new BufferedImage(
                COLUMNS * (SIDE + GAP) + GAP, Math.max(1, rows) * height + GAP, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < sheet.getHeight(); y++) {
            for (int x = 0; x < sheet.getWidth(); x++) {
                sheet.setRGB(x, y, 0xffffff);
            }
        }
        Items pictures = new Items(source, items);
        for (int i = 0; i < items.size(); i++) {
            int x = GAP + i % COLUMNS * (SIDE + GAP);
            int y = GAP + i / COLUMNS * height;
            picture(sheet, x, y, pictures, i);
            label(sheet, x, y + SIDE + 2, classNames.get(items.get(i).label()));
        }
        return sheet;
    }

    private static void picture(BufferedImage sheet, int x0, int y0, Items pictures, int i) {
        byte @Nullable [] rgb;
        try {
            rgb = Transforms.tv(pictures.decode(i), SIDE);
        } catch (IOException e) {
            rgb = null;
        }
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int at = (y * SIDE + x) * 3;
                if (rgb != null) {
                    int red = rgb[at] & 0xff;
                    int green = rgb[at + 1] & 0xff;
                    int blue = rgb[at + 2] & 0xff;
                    sheet.setRGB(x0 + x, y0 + y, (red << 16) | (green << 8) | blue);
                } else if (x == y || x == SIDE - 1 - y) {
                    sheet.setRGB(x0 + x, y0 + y, FAULT);
                }
            }
        }
    }

    private static void label(BufferedImage sheet, int x0, int y0, String name) {
        String text = name.replace('_', ' ').toUpperCase(Locale.ROOT);
        int fit = SIDE / LETTER;
        for (int k = 0; k < Math.min(text.length(), fit * LINES); k++) {
            String[] rows = LETTERS.get(text.charAt(k));
            if (rows == null && text.charAt(k) != ' ') {
                rows = LETTERS.get('?');
            }
            for (int r = 0; rows != null && r < rows.length; r++) {
                for (int c = 0; c < rows[r].length(); c++) {
                    if (rows[r].charAt(c) == '1') {
                        sheet.setRGB(x0 + k % fit * LETTER + c, y0 + k / fit * LINE + r, INK);
                    }
                }
            }
        }
    }

    private static Map<Character, String[]> letters() {
        Map<Character, String[]> out = new HashMap<>();
        try (InputStream in = Objects.requireNonNull(ContactSheet.class.getResourceAsStream("letters.txt"))) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> out.put(line.charAt(0), line.substring(2).split(" ")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out;
    }
}
