package dev.runyard.cli.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runyard.cli.StubLab;
import dev.runyard.cli.lab.LabHome;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LoginsTest {
    private static final URI LAB = URI.create("https://lab.example.org/");

    @TempDir
    Path folder;

    @Test
    void aTokenGoesToTheLabThatMadeItAndToNoOther() throws Exception {
        LabHome home = new LabHome(folder.resolve("home"));
        Logins logins = new Logins(home);
        assertThat(logins.newest()).isEmpty();
        logins.keep(LAB, "runyard_one");
        logins.keep(URI.create("https://other.example.org/"), "runyard_two");
        assertThat(LabToken.of(LAB, Map.of(), home)).contains("runyard_one");
        assertThat(LabToken.of(URI.create("https://lab.example.org:444/"), Map.of(), home))
                .isEmpty();
        assertThat(LabToken.of(URI.create("http://lab.example.org/"), Map.of(), home))
                .isEmpty();
        assertThat(LabToken.of(LAB, Map.of("RUNYARD_TOKEN", "runyard_given"), home))
                .contains("runyard_given");
        assertThat(logins.newest()).contains("https://other.example.org/");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(home.folder().resolve("logins.json"))))
                .isEqualTo("rw-------");
        assertThat(logins.forget(LAB)).isTrue();
        assertThat(logins.forget(LAB)).isFalse();
        assertThat(LabToken.of(LAB, Map.of(), home)).isEmpty();
    }

    @Test
    void aPasswordBecomesATokenAndTheSessionEnds() throws Exception {
        try (StubLab lab = new StubLab()) {
            lab.on(
                            "POST sign-in",
                            new StubLab.Answer(
                                    200,
                                    "application/json",
                                    "{\"name\":\"ann\"}",
                                    Map.of("Set-Cookie", "runyard-x=s_secret; Path=/; HttpOnly"),
                                    false))
                    .on("POST me/tokens", StubLab.Answer.json(201, "{\"secret\":\"runyard_made\",\"token\":{}}"))
                    .on("DELETE session", StubLab.Answer.json(200, "{}"));
            LabApi api = LabApi.with(URI.create(lab.url() + "/"), null);
            assertThat(api.token("ann", "four words of mine", "runyard on here"))
                    .isEqualTo("runyard_made");
            assertThat(lab.asked()).extracting(StubLab.Asked::method).containsExactly("POST", "POST", "DELETE");
            assertThat(lab.asked().get(1).body()).doesNotContain("four words");
        }
    }
}
