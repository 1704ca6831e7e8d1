package dev.runyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.e2e.drill.KillDrill;
import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real Chromium, driven by Playwright: {@code deploy/e2e/browser}. */
@Order(1)
class PageTest {
    @TempDir
    Path folder;

    @Test
    void the_page_shows_what_the_lab_does() throws Exception {
        Path chromium = Programs.require(
                "the distribution's package chromium has it", "chromium", "chromium-browser", "google-chrome");
        try (LabProcess lab = LabProcess.start(folder.resolve("home"), Map.of())) {
            String sweep = lab.client()
                    .post("/api/v1/sweeps", KillDrill.sweep(2, 3))
                    .get("id")
                    .asText();
            lab.client().await("/api/v1/sweeps/" + sweep, Duration.ofMinutes(5), s -> s.get("state")
                    .asText()
                    .equals("FINISHED"));
            Path browser = LabProcess.repositoryRoot().resolve("deploy/e2e/browser");
            LabProcess.Result install = LabProcess.run(
                    new ProcessBuilder("npm", "ci", "--no-audit", "--no-fund").directory(browser.toFile()),
                    Duration.ofMinutes(5));
            assertThat(install.exit()).as(install.err()).isZero();
            ProcessBuilder tests = new ProcessBuilder("npx", "playwright", "test").directory(browser.toFile());
            tests.environment().put("LAB_URL", lab.client().base().toString());
            tests.environment().put("LAB_TOKEN", lab.client().token());
            tests.environment().put("LAB_SWEEP", sweep);
            tests.environment().put("CHROMIUM", chromium.toString());
            LabProcess.Result result = LabProcess.run(tests, Duration.ofMinutes(40));
            System.out.println(result.out());
            assertThat(result.exit()).as(result.out() + result.err()).isZero();
        }
    }
}
