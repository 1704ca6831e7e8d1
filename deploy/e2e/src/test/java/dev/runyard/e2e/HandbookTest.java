package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.lab.LabProcess;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs what the handbook tells a newcomer to type: the marked blocks of a page, in their order, in an empty home. */
@Order(2)
class HandbookTest {
    private static final Pattern BLOCK = Pattern.compile("(?s)<!-- run -->\\n```sh\\n(.*?)```");

    @TempDir
    Path folder;

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(LabProcess.repositoryRoot().resolve("deploy/docs"))) {
            return files
                    .filter(page ->
                            page.toString().endsWith(".md") && !script(page).isEmpty())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @Test
    void somePagesHaveBlocks() throws IOException {
        assertThat(pages()).hasSizeGreaterThanOrEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void whatAPageSaysWorks(Path page) throws Exception {
        images(folder.resolve("birds"));
        Path root = LabProcess.repositoryRoot();
        Path script = Files.writeString(
                folder.resolve("page.sh"), "trap 'runyard down >/dev/null 2>&1 || true' EXIT\n" + script(page));
        ProcessBuilder bash = new ProcessBuilder("bash", "-eu", script.toString());
        bash.directory(folder.toFile());
        Map<String, String> environment = bash.environment();
        environment.put("HOME", folder.toString());
        environment.put("PATH", root.resolve("deploy") + ":" + environment.get("PATH"));
        environment.put("RUNYARD_HOME", folder.resolve("lab").toString());
        environment.put("RUNYARD_PORT", Integer.toString(LabProcess.freePort()));
        environment.put("RUNYARD_BUILD", "never");
        LabProcess.Result result = LabProcess.run(bash, Duration.ofMinutes(6));
        assertThat(result.exit()).as(result.out() + result.err()).isZero();
        assertThat(result.out() + result.err()).doesNotContain("Exception", "\tat ");
    }

    private static String script(Path page) {
        try {
            Matcher block = BLOCK.matcher(Files.readString(page));
            StringBuilder script = new StringBuilder();
            while (block.find()) {
                script.append(block.group(1));
            }
            return script.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Two classes that differ in their colour. */
    private static void images(Path root) throws IOException {
        for (String name : List.of("robin", "wren")) {
            Files.createDirectories(root.resolve(name));
            for (int i = 0; i < 12; i++) {
                BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
                for (int xy = 0; xy < 1_600; xy++) {
                    int shade = (xy * 31 + i * 17) % 200;
                    image.setRGB(
                            xy % 40,
                            xy / 40,
                            (name.equals("robin") ? new Color(255, shade, shade) : new Color(shade, shade, 255))
                                    .getRGB());
                }
                ImageIO.write(
                        image, "png", root.resolve(name).resolve(i + ".png").toFile());
            }
        }
    }
}
