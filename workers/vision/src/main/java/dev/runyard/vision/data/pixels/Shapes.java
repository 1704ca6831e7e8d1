package dev.runyard.vision.data.pixels;

import dev.runyard.vision.image.Draws;
import dev.runyard.vision.image.Raster;
import java.util.ArrayList;
import java.util.List;

/**
 * A task that needs no download: count 3 to 10 coloured circles, squares and triangles on a textured ground, CLEVR-count in miniature.
 * Image i is a pure function of i in integer and IEEE arithmetic, so it has the same bytes on every machine. Label = count - 3.
 */
public final class Shapes implements Pictures {
    static final int SIDE = 64;
    static final int FEWEST = 3;
    static final int CLASSES = 8;

    /** Changing a pixel of any image means raising this: it is part of the data set's hash. */
    public static final String VERSION = "shapes-1";

    private static final long SEED = 0x5241_5354_4552L;
    private static final int SAMPLES = 4;
    private static final int CELL = 16;
    private static final int TRIES = 40;

    // Numbers of the draws.
    private static final int COUNT = 0;
    private static final int GROUND = 1;
    private static final int TEXTURE = 10;
    private static final int GRAIN = 100;
    private static final int SHAPE = 10_000;
    private static final int SHAPE_DRAWS = 200;

    private static final int[][] COLOURS = {
        {208, 32, 32},
        {32, 160, 56},
        {32, 64, 208},
        {224, 200, 40},
        {240, 240, 240},
        {20, 20, 20},
        {216, 88, 200},
        {40, 200, 208}
    };

    private final String part;
    private final long first;
    private final int size;

    /** @param part 0 train, 1 val, 2 test: ranges of images that never meet */
    public Shapes(String part, int range, int size) {
        this.part = part;
        this.first = range * 10_000_000L;
        this.size = size;
    }

    public static List<String> classNames() {
        List<String> names = new ArrayList<>();
        for (int label = 0; label < CLASSES; label++) {
            names.add((label + FEWEST) + " shapes");
        }
        return names;
    }

    private record Shape(int kind, int[] colour, double x, double y, double radius) {
        boolean covers(double px, double py) {
            double dx = px - x;
            double dy = py - y;
            return switch (kind) {
                case 0 -> dx * dx + dy * dy <= radius * radius;
                case 1 -> Math.abs(dx) <= 0.875 * radius && Math.abs(dy) <= 0.875 * radius;
                // Upright, its tip at -radius and its base at 0.75 radius.
                default -> dy <= 0.75 * radius && Math.abs(dx) * 1.75 <= dy + radius;
            };
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int label(int i) {
        return draws(i).below(COUNT, CLASSES);
    }

    @Override
    public String name(int i) {
        return "shapes/" + part + "/" + i;
    }

    @Override
    public String content(int i) {
        return VERSION + "|" + (first + i);
    }

    @Override
    public boolean cheap() {
        return false;
    }

    @Override
    public Raster decode(int i) {
        Draws draws = draws(i);
        byte[] rgb = ground(draws);
        for (Shape shape : shapes(draws, label(i) + FEWEST)) {
            paint(rgb, shape);
        }
        return Raster.rgb(SIDE, SIDE, rgb);
    }

    private Draws draws(int i) {
        return new Draws(SEED, 0, first + i);
    }

    /** A muted colour with soft blotches (corner values of 16-pixel cells, interpolated) and fine grain. */
    private static byte[] ground(Draws draws) {
        int[] base = new int[3];
        for (int band = 0; band < 3; band++) {
            base[band] = 88 + draws.below(GROUND + band, 64);
        }
        int corners = SIDE / CELL + 1;
        byte[] rgb = new byte[SIDE * SIDE * 3];
        for (int y = 0, o = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int corner = TEXTURE + y / CELL * corners + x / CELL;
                int fx = x % CELL;
                int fy = y % CELL;
                int top = blotch(draws, corner) * (CELL - fx) + blotch(draws, corner + 1) * fx;
                int bottom = blotch(draws, corner + corners) * (CELL - fx) + blotch(draws, corner + corners + 1) * fx;
                int soft = Math.floorDiv(top * (CELL - fy) + bottom * fy, CELL * CELL);
                int grain = draws.below(GRAIN + y * SIDE + x, 9) - 4;
                for (int band = 0; band < 3; band++) {
                    rgb[o++] = (byte) Math.max(0, Math.min(255, base[band] + soft + grain));
                }
            }
        }
        return rgb;
    }

    private static int blotch(Draws draws, int corner) {
        return draws.below(corner, 25) - 12;
    }

    /** Places each shape clear of the others, or where the gap is least bad after 40 tries. */
    private static List<Shape> shapes(Draws draws, int count) {
        List<Shape> placed = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int at = SHAPE + n * SHAPE_DRAWS;
            int kind = draws.below(at, 3);
            int[] colour = COLOURS[draws.below(at + 1, COLOURS.length)];
            double radius = draws.uniform(at + 2, 4, 6.5);
            Shape best = new Shape(kind, colour, SIDE / 2.0, SIDE / 2.0, radius);
            double bestGap = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < TRIES && bestGap < 1; i++) {
                double x = draws.uniform(at + 10 + 2 * i, radius + 1, SIDE - radius - 1);
                double y = draws.uniform(at + 11 + 2 * i, radius + 1, SIDE - radius - 1);
                double gap = Double.POSITIVE_INFINITY;
                for (Shape other : placed) {
                    double dx = x - other.x;
                    double dy = y - other.y;
                    gap = Math.min(gap, Math.sqrt(dx * dx + dy * dy) - radius - other.radius);
                }
                if (gap > bestGap) {
                    bestGap = gap;
                    best = new Shape(kind, colour, x, y, radius);
                }
            }
            placed.add(best);
        }
        return placed;
    }

    private static void paint(byte[] rgb, Shape shape) {
        int left = Math.max(0, (int) (shape.x - shape.radius) - 1);
        int top = Math.max(0, (int) (shape.y - shape.radius) - 1);
        int right = Math.min(SIDE, (int) (shape.x + shape.radius) + 2);
        int bottom = Math.min(SIDE, (int) (shape.y + shape.radius) + 2);
        int full = SAMPLES * SAMPLES;
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                int covered = 0;
                for (int s = 0; s < full; s++) {
                    double px = x + (s % SAMPLES + 0.5) / SAMPLES;
                    double py = y + (s / SAMPLES + 0.5) / SAMPLES;
                    covered += shape.covers(px, py) ? 1 : 0;
                }
                int at = (y * SIDE + x) * 3;
                for (int band = 0; covered > 0 && band < 3; band++) {
                    int ground = rgb[at + band] & 0xff;
                    rgb[at + band] =
                            (byte) ((ground * (full - covered) + shape.colour[band] * covered + full / 2) / full);
                }
            }
        }
    }
}
