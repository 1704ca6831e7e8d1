package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.image.Augmentations.Box;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AugmentationsTest {
    private static Raster noise(int width, int height) {
        byte[] data = new byte[width * height * 3];
        new java.util.Random(1).nextBytes(data);
        return Raster.rgb(width, height, data);
    }

    @Test
    void theCropIsTheWholeImageOrItsCentre() {
        assertThat(Augmentations.wholeBox(64, 64)).isEqualTo(new Box(0, 0, 64, 64));
        assertThat(Augmentations.wholeBox(400, 300)).isEqualTo(new Box(0, 0, 400, 300));
        assertThat(Augmentations.wholeBox(500, 333)).isEqualTo(new Box(28, 0, 444, 333));
        assertThat(Augmentations.wholeBox(100, 300)).isEqualTo(new Box(0, 83, 100, 133));
        assertThat(Augmentations.wholeBox(1, 45)).isEqualTo(new Box(0, 22, 1, 1));
        for (int[] size : new int[][] {{32, 32}, {64, 64}, {500, 333}, {333, 500}, {256, 256}}) {
            for (int i = 0; i < 4_000; i++) {
                assertThat(Augmentations.cropBox(size[0], size[1], new Draws(0, 0, i)))
                        .isEqualTo(Augmentations.wholeBox(size[0], size[1]));
            }
        }
    }

    @Test
    void eachOperationHappensAsOftenAsItShould() {
        byte[] grey = new byte[8 * 8 * 3];
        Arrays.fill(grey, (byte) 200);
        Raster flat = Raster.rgb(8, 8, grey);
        int untouched = 0;
        for (int i = 0; i < 20_000; i++) {
            untouched += Arrays.equals(Augmentations.pgn(flat, 8, new Draws(1, 0, i)), grey) ? 1 : 0;
        }
        // No jitter (0.2) and no solarisation (0.8); grey and flip leave a flat grey image as it is.
        assertThat(untouched / 20_000.0).isBetween(0.15, 0.18);
    }

    @Test
    void theResultDependsOnSeedEpochAndIndexOnly() {
        Raster image = noise(40, 30);
        byte[] first = Augmentations.pgn(image, 24, new Draws(5, 2, 9));
        assertThat(Augmentations.pgn(image, 24, new Draws(5, 2, 9)))
                .isEqualTo(first)
                .hasSize(24 * 24 * 3);
        assertThat(Augmentations.pgn(image, 24, new Draws(5, 3, 9))).isNotEqualTo(first);
        assertThat(Augmentations.pgn(image, 24, new Draws(5, 2, 8))).isNotEqualTo(first);
        assertThat(Augmentations.pgn(image, 24, new Draws(6, 2, 9))).isNotEqualTo(first);
        assertThat(image.data())
                .as("the input is not changed")
                .isEqualTo(noise(40, 30).data());
    }

    @Test
    void clevrIsCutSomewhereAndTurnedBothWays() {
        // Where there is no jitter, grey or solarisation, the pixels tell where they were.
        byte[] ramp = new byte[30 * 20 * 3];
        for (int i = 0; i < 600; i++) {
            ramp[i * 3] = (byte) (i % 30);
            ramp[i * 3 + 1] = (byte) (i / 30);
        }
        Raster image = Raster.rgb(30, 20, ramp);
        Set<String> seen = new HashSet<>();
        int plain = 0;
        for (int i = 0; i < 4_000; i++) {
            byte[] out = Augmentations.clevr(image, 20, new Draws(0, 0, i));
            int dx = out[3] - out[0];
            int dy = out[20 * 3 + 1] - out[1];
            if (out[19 * 3] - out[0] == 19 * dx
                    && Math.abs(dx) == 1
                    && Math.abs(dy) == 1
                    && out[1] + (dy > 0 ? 0 : -19) == 0
                    && out[2] == 0) {
                plain++;
                seen.add((dx > 0 ? out[0] : out[0] - 19) + " " + dx + " " + dy);
            }
        }
        assertThat(plain / 4_000.0).isBetween(0.10, 0.16); // 0.2 · 0.8 · 0.8
        assertThat(seen).hasSize(11 * 2 * 2);
        assertThat(image.data()).isEqualTo(ramp);
    }

    @Test
    void flipCropMovesAtMostATenth() {
        byte[] ramp = new byte[20 * 20 * 3];
        for (int i = 0; i < 400; i++) {
            ramp[i * 3] = (byte) (i % 20);
            ramp[i * 3 + 1] = (byte) (i / 20);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            byte[] out = Augmentations.flipCrop(ramp, 20, new Draws(0, 0, i));
            boolean flipped = out[10 * 3] > out[11 * 3];
            int shift = flipped ? 9 - out[10 * 3] : out[10 * 3] - 10;
            int down = out[10 * 60 + 1] - 10;
            assertThat(Math.abs(shift)).isLessThanOrEqualTo(2);
            assertThat(Math.abs(down)).isLessThanOrEqualTo(2);
            seen.add(flipped + " " + shift + " " + down);
        }
        assertThat(seen).hasSize(50);
    }

    @Test
    void viewsShowTheSharesOfTheAreaThatTheyShould() {
        double[] least = {1, 1};
        double[] most = {0, 0};
        double[][] scales = {{0.4, 1}, {0.05, 0.4}};
        for (int i = 0; i < 3_000; i++) {
            for (int k = 0; k < 2; k++) {
                Box box = Augmentations.cropBox(200, 200, scales[k][0], scales[k][1], new Draws(0, 1, i).view(k));
                double share = box.width() * box.height() / 40_000.0;
                least[k] = Math.min(least[k], share);
                most[k] = Math.max(most[k], share);
                assertThat(box.left() + box.width()).isLessThanOrEqualTo(200);
                assertThat(box.top() + box.height()).isLessThanOrEqualTo(200);
            }
        }
        // Rounding to whole pixels moves a share by about a hundredth.
        assertThat(least[0]).isBetween(0.39, 0.42);
        assertThat(most[0]).isBetween(0.97, 1.0);
        assertThat(least[1]).isBetween(0.045, 0.06);
        assertThat(most[1]).isBetween(0.38, 0.41);
    }

    @Test
    void everyViewIsItsOwnAndAlwaysTheSame() {
        Raster image = noise(40, 30);
        View view = new View(16, 0.4, 1, 0.2);
        Draws draws = new Draws(5, 2, 9);
        byte[] first = Augmentations.view(image, view, draws.view(0));
        assertThat(Augmentations.view(image, view, draws.view(0)))
                .isEqualTo(first)
                .hasSize(16 * 16 * 3);
        assertThat(Augmentations.view(image, view, draws.view(1))).isNotEqualTo(first);
        assertThat(Augmentations.view(image, view, new Draws(5, 3, 9).view(0))).isNotEqualTo(first);
        assertThat(Augmentations.resizedCrop(image, 16, draws))
                .isEqualTo(Augmentations.resizedCrop(image, 16, draws))
                .isNotEqualTo(Augmentations.resizedCrop(image, 16, new Draws(5, 2, 8)));
        assertThat(image.data())
                .as("the input is not changed")
                .isEqualTo(noise(40, 30).data());
    }

    @Test
    void drawsAreUniformAndIndependentOfOneAnother() {
        double sum = 0;
        double products = 0;
        int n = 100_000;
        int[] histogram = new int[7];
        for (int i = 0; i < n; i++) {
            Draws draws = new Draws(3, 0, i);
            double u = draws.uniform(0);
            double v = draws.uniform(1);
            assertThat(u).isBetween(0.0, 1.0);
            sum += u;
            products += (u - 0.5) * (v - 0.5);
            histogram[draws.below(2, 7)]++;
        }
        assertThat(sum / n).isBetween(0.495, 0.505);
        assertThat(products / n).isBetween(-0.002, 0.002);
        for (int count : histogram) {
            assertThat(count).isBetween(n / 7 - 600, n / 7 + 600);
        }
        Set<String> orders = new HashSet<>();
        for (int i = 0; i < 2_000; i++) {
            orders.add(Arrays.toString(new Draws(0, 0, i).order(45, 4)));
        }
        assertThat(orders).hasSize(24);
    }
}
