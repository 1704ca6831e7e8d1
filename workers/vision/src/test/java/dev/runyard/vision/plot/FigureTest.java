package dev.runyard.vision.plot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.vision.plot.Colours.Scale;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;

class FigureTest {
    @TempDir
    Path dir;

    static Stream<Figure> figures() {
        double[][] large = new double[40][40];
        large[3][7] = 1;
        return Stream.of(
                new HeatMap(
                                "two",
                                List.of("a", "b"),
                                "",
                                new double[][] {{1, 0.5}, {0.5, 1}},
                                0,
                                1,
                                "NMI",
                                Scale.VIRIDIS)
                        .figure(),
                new HeatMap("many", List.of(), "token", large, -1, 1, "cosine", Scale.DIVERGING).figure(),
                new Scatter(
                                "<points> & \u0007",
                                "a note",
                                new double[] {0, 0, 1, 1, 2, 0},
                                new int[] {0, 9, 17},
                                Stream.iterate(0, i -> i + 1)
                                        .limit(18)
                                        .map(i -> "kind " + i)
                                        .toList(),
                                List.of("x<y.png", "b", "c"))
                        .figure(),
                many(150),
                new Bars("bars", "token", "share", List.of(), new double[] {0.2, 0, 1}, null, 0.5, "even").figure(),
                new Bars("none", "token", "share", List.of("1"), new double[] {0}, new double[] {0}, Double.NaN, "")
                        .figure());
    }

    /** Three points for each of so many kinds. */
    private static Figure many(int kinds) {
        int n = 3 * kinds;
        double[] places = new double[2 * n];
        int[] of = new int[n];
        for (int i = 0; i < n; i++) {
            of[i] = i % kinds;
            places[2 * i] = of[i] % 12 + 0.1 * (i / kinds);
            places[2 * i + 1] = of[i] / 12 + 0.1 * (i / kinds);
        }
        List<String> names =
                Stream.iterate(0, i -> i + 1).limit(kinds).map(i -> "kind " + i).toList();
        return new Scatter("many", "a note", places, of, names, Collections.nCopies(n, "")).figure();
    }

    @Test
    void manyKindsAreNamedWhereTheyLieAndDifferInColourOrShape() throws Exception {
        many(150).write(dir, "picture");
        assertThat(Files.readString(dir.resolve("picture.svg"))).contains("kind 77", "of 150 kinds named");
        Set<String> signs = new HashSet<>();
        for (int i = 0; i < 150; i++) {
            signs.add(Marker.of(i, 150) + " " + Colours.kind(i, 150));
        }
        assertThat(signs).hasSize(150);
        signs.clear();
        for (int i = 0; i < 10; i++) {
            signs.add(String.valueOf(Colours.kind(i, 10)));
        }
        assertThat(signs).hasSize(10);
    }

    @ParameterizedTest
    @MethodSource("figures")
    void isTheSamePictureAsPngAndAsSvg(Figure figure) throws Exception {
        assertThat(figure.write(dir, "picture")).containsExactly("picture.png", "picture.svg");
        BufferedImage png = ImageIO.read(dir.resolve("picture.png").toFile());
        assertThat(png.getWidth()).isEqualTo(2 * figure.width());
        assertThat(png.getHeight()).isEqualTo(2 * figure.height());
        Document svg = svg();
        assertThat(svg.getDocumentElement().getAttribute("viewBox"))
                .isEqualTo("0 0 " + figure.width() + " " + figure.height());
        // The same drawing gives the same bytes.
        byte[] first = Files.readAllBytes(dir.resolve("picture.png"));
        String text = Files.readString(dir.resolve("picture.svg"));
        figure.write(dir, "picture");
        assertThat(Files.readAllBytes(dir.resolve("picture.png"))).isEqualTo(first);
        assertThat(Files.readString(dir.resolve("picture.svg"))).isEqualTo(text);
    }

    @Test
    void colourReachesItsPlaceOnBothSurfaces() throws Exception {
        Picture two = new Picture(2, 1, new byte[] {(byte) 255, 0, 0, 0, 0, (byte) 255});
        Figure figure = new Figure(40, 30, to -> {
            to.rect(0, 0, 10, 10, 0x123456);
            to.image(two, 20, 10, 20, 10);
            to.circle(5, 25, 4, 0x00ff00, "a <name>");
        });
        figure.write(dir, "picture");
        BufferedImage png = ImageIO.read(dir.resolve("picture.png").toFile());
        assertThat(png.getRGB(10, 10) & 0xffffff).isEqualTo(0x123456);
        assertThat(png.getRGB(42, 30) & 0xffffff).isEqualTo(0xff0000);
        assertThat(png.getRGB(58, 30) & 0xffffff).isEqualTo(0xff0000);
        assertThat(png.getRGB(62, 30) & 0xffffff).isEqualTo(0x0000ff);
        assertThat(png.getRGB(10, 50) & 0xffffff).isEqualTo(0x00ff00);
        Document svg = svg();
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("a <name>");
        assertThat(svg.getElementsByTagName("image").item(0).getAttributes().getNamedItem("xlink:href"))
                .isNotNull();
    }

    private Document svg() throws Exception {
        try (InputStream in = Files.newInputStream(dir.resolve("picture.svg"))) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
    }

    /** What another process calls: draws one picture with text. */
    static final class Draw {
        public static void main(String... args) throws IOException {
            Figure figure = new Figure(120, 20, to -> to.text("NMI 0.5 ± 1 %", 4, 15, 12));
            figure.write(Path.of(args[0]), "text");
        }
    }

    @Test
    void aMachineWithoutFontsStillGetsItsLetters() throws Exception {
        Path none = Files.writeString(
                dir.resolve("none.conf"),
                "<?xml version=\"1.0\"?><fontconfig><cachedir>" + dir + "/cache</cachedir></fontconfig>");
        ProcessBuilder draw = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Duser.home=" + dir,
                "-cp",
                System.getProperty("java.class.path"),
                Draw.class.getName(),
                dir.toString());
        draw.environment().put("FONTCONFIG_FILE", none.toString());
        draw.environment().remove("DISPLAY");
        Process process = draw.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        BufferedImage png = ImageIO.read(dir.resolve("text.png").toFile());
        int ink = 0;
        for (int i = 0; i < png.getWidth() * png.getHeight(); i++) {
            ink += (png.getRGB(i % png.getWidth(), i / png.getWidth()) & 0xff) < 128 ? 1 : 0;
        }
        assertThat(ink).isBetween(100, 2_000);
    }

    @Test
    void aLongNameEndsAtAWord() {
        assertThat(Caption.of("english cocker spaniel", 24)).isEqualTo("english cocker spaniel");
        assertThat(Caption.of("english cocker spaniel", 18)).isEqualTo("english cocker…");
        assertThat(Caption.of("american_pit_bull_terrier", 18)).isEqualTo("american_pit_bull…");
        assertThat(Caption.of("Rindfleischetikettierung", 10)).isEqualTo("Rindfleis…");
    }

    @Test
    void ticksAreRound() {
        assertThat(Ticks.between(0, 1, 5)).hasSize(6).startsWith(0.0).endsWith(1.0);
        assertThat(Ticks.between(3, 97, 5).stream().map(Ticks::label)).containsExactly("20", "40", "60", "80");
        assertThat(Ticks.label(0.25)).isEqualTo("0.25");
        assertThat(Ticks.label(0)).isEqualTo("0");
    }
}
