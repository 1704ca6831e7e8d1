package dev.runyard.vision.analyse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.runyard.vision.analyse.Sample.Mixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers that can be worked out by hand. */
class FindingsTest {
    /** Three images, two prompts, three tokens. */
    private static final float[] COEFFICIENTS = {
        0.8f,
        0.2f,
        0,
        0.1f,
        0.9f,
        0, // image 0
        0.5f,
        0.5f,
        0,
        0.6f,
        0.4f,
        0, // image 1
        0,
        1,
        0,
        0,
        1,
        0 // image 2
    };

    @TempDir
    Path dir;

    private static Mixtures mixtures() {
        Points tokens = new Points(3, 2, new float[] {1, 0, 0, 2, 0, -1});
        return new Mixtures(2, new Points(3, 6, COEFFICIENTS), tokens);
    }

    private static Sample sample() {
        byte[] black = new byte[12];
        return new Sample(
                List.of("zero.png", "one, or so.png", "two.png"),
                List.of("x", "y"),
                new int[] {0, 0, 1},
                List.of("folder"),
                new int[3],
                2,
                new byte[][] {black, black, black},
                new Points(3, 1, new float[3]),
                new Points(3, 1, new float[3]),
                new Points(3, 4, new float[12]),
                2,
                mixtures(),
                new Points(3, 2, new float[6]),
                new Points(3, 4, new float[12]));
    }

    @Test
    void imagesOfATokenAreThoseWithTheLargestCoefficient() throws IOException {
        new TokenGallery(null).run(sample(), new Output(dir));
        List<String> rows = Files.readAllLines(dir.resolve("tokens.csv"));
        // Token 1 is used most: 0.9, 0.5 and 1 at most.
        assertThat(rows.get(1)).startsWith("1,0.8").endsWith(",1,two.png,y,1.0");
        assertThat(rows.get(2)).endsWith(",2,zero.png,x,0.9");
        assertThat(rows.get(3)).contains(",3,\"one, or so.png\",x,0.5");
        assertThat(rows.get(4)).startsWith("0,0.46666").contains(",1,zero.png,x,0.8");
        // Means a class: x (0.9 + 0.5) / 2, y 1.
        List<String> classes = Files.readAllLines(dir.resolve("tokens-classes.csv"));
        assertThat(Double.parseDouble(classes.get(1).split(",")[2])).isCloseTo(0.7 / 1.7, within(1e-6));
    }

    @Test
    void onePromptCanRankTheImages() throws IOException {
        new TokenGallery(2).run(sample(), new Output(dir));
        assertThat(Files.readString(dir.resolve("tokens.csv"))).contains("1,\"one, or so.png\",x,0.6");
    }

    @Test
    void aTokenThatNobodyUsesIsShownWithoutAClass() throws IOException {
        new TokenGallery(null).run(sample(), new Output(dir));
        assertThat(Files.readAllLines(dir.resolve("tokens-classes.csv"))).contains("2,x,0.0", "2,y,0.0");
    }

    @Test
    void libraryUseIsCountedOverImagesAndPrompts() throws IOException {
        Output out = new Output(dir);
        new LibraryUse().run(mixtures(), 3, out);
        double[] mean = {2.0 / 6, 4.0 / 6, 0};
        assertThat((double) out.numbers().get("entropy of the mean use (nats)"))
                .isCloseTo(LibraryUse.entropy(mean), within(1e-6));
        assertThat((double) out.numbers().get("tokens in use, exp(entropy)"))
                .isCloseTo(Math.exp(Math.log(3) - 2 / 3.0 * Math.log(2)), within(1e-6));
        assertThat(Files.readAllLines(dir.resolve("library.csv")).get(1)).startsWith("0,1,0.6666");
        // Cosines 0, 0 and -1: squares sum to 3 + 2.
        assertThat((double) out.numbers().get("dimensions spanned (participation ratio)"))
                .isCloseTo(9 / 5.0, within(1e-12));
        assertThat((double) out.numbers().get("mean |cosine| of two tokens")).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void entropyTakesSharesOfTheSum() {
        assertThat(LibraryUse.entropy(new double[] {3, 3, 3, 3})).isCloseTo(Math.log(4), within(1e-12));
        assertThat(LibraryUse.entropy(new double[] {0, 0.7, 0})).isZero();
    }

    @Test
    void theNearestPromptsAreFoundWithoutTheMap() {
        assertThat(PromptMap.nearest(new Points(4, 1, new float[] {0, 5, 1, 6})))
                .containsExactly(2, 3, 0, 1);
        assertThat(PromptMap.nearest(new Points(2, 1, new float[] {3, 3}))).containsExactly(1, 0);
    }

    /** The numbers are those of the documentation of PyTorch's Upsample (bilinear, align_corners=False), less 1. */
    @Test
    void attentionIsEnlargedBetweenTheCentresOfPatches() {
        assertThat(AttentionPanel.enlarged(new float[] {0, 1, 2, 3}, 2, 4))
                .containsExactly(
                        0f, 0.25f, 0.75f, 1f, 0.5f, 0.75f, 1.25f, 1.5f, 1.5f, 1.75f, 2.25f, 2.5f, 2f, 2.25f, 2.75f, 3f);
        assertThat(AttentionPanel.enlarged(new float[] {7}, 1, 2)).containsOnly(7f);
    }
}
