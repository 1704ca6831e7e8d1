package dev.runyard.service.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokensTest {
    private static final UUID RUN = UUID.fromString("00000000-0000-4000-8000-00000000000a");
    private static final Instant NOW = Instant.parse("2026-11-26T10:00:00Z");

    private final Tokens tokens = new Tokens("lab", "enrol", "runyard_me");

    @Test
    void aTokenSaysWhoseItIs() {
        assertThat(tokens.caller("runyard_me")).isInstanceOf(Caller.Person.class);
        assertThat(tokens.caller("enrol")).isEqualTo(new Caller.Enrolment());
        assertThat(tokens.caller(tokens.worker(RUN))).isEqualTo(new Caller.Worker(RUN));
        assertThat(tokens.caller(tokens.attempt(RUN, 2))).isEqualTo(new Caller.Attempt(RUN, 2));
    }

    @Test
    void whatWasNotSignedHereIsNobodys() {
        String worker = tokens.worker(RUN);
        String attempt = tokens.attempt(RUN, 2);
        Tokens other = new Tokens("other", "enrol2", "runyard_you");
        for (String token : List.of(
                "",
                "runyard_m",
                "runyard_me2",
                "RUNYARD_ME",
                other.worker(RUN),
                other.attempt(RUN, 2),
                other.person(),
                attempt.replace(".2.", ".3."),
                attempt.replace(".2.", ".02."),
                attempt.replace(".2.", ".+2."),
                attempt.replace("runyard-attempt", "runyard-worker"),
                worker.replace(RUN.toString(), RUN.toString().toUpperCase(java.util.Locale.ROOT)),
                worker.replace(RUN.toString(), "0-0-0-0-a"),
                worker.substring(0, worker.length() - 1),
                worker + "A",
                worker + ".",
                "runyard-attempt." + RUN + "." + "9".repeat(40) + ".x",
                "x".repeat(1_000_000))) {
            assertThat(tokens.caller(token))
                    .as(token.substring(0, Math.min(80, token.length())))
                    .isNull();
        }
    }

    @Test
    void aNewTokenInTheHomeEndsTheOldOneAndItsCookies(@TempDir Path home) throws Exception {
        Path file = Files.writeString(home.resolve("person.secret"), "runyard_old");
        PersonToken token = new PersonToken(file, "runyard_old");
        Files.writeString(file, "runyard_new");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
        Instant end = Instant.now().plusSeconds(10);
        while (!token.now().equals("runyard_new") && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(token.now()).isEqualTo("runyard_new");
        String cookie = tokens.session(NOW.plusSeconds(60), Optional.empty());
        assertThat(new Tokens("lab", "enrol", "runyard_new").session(cookie, NOW, Optional.empty()))
                .isNull();
    }

    @Test
    void withoutASecretNothingIsASecret() {
        Tokens none = new Tokens("lab", "", "");
        assertThat(none.caller("")).isNull();
    }

    @Test
    void aCookieEndsAndServesOneAccountOfOneHomeOnly() {
        Instant end = NOW.plusSeconds(60);
        String cookie = tokens.session(end, Optional.of(1000));
        assertThat(tokens.session(cookie, NOW, Optional.of(1000))).isInstanceOf(Caller.Person.class);
        assertThat(tokens.session(cookie, end, Optional.of(1000))).isNull();
        assertThat(tokens.session(cookie, NOW, Optional.of(1001))).isNull();
        assertThat(tokens.session(cookie, NOW, Optional.empty())).isNull();
        assertThat(tokens.session(cookie.replace(".1000.", ".1001."), NOW, Optional.of(1001)))
                .isNull();
        assertThat(tokens.session("9" + cookie, NOW, Optional.of(1000))).isNull();
        assertThat(tokens.session("runyard_me", NOW, Optional.of(1000))).isNull();
        assertThat(tokens.session("", NOW, Optional.of(1000))).isNull();
        // A new token in the home signs every browser out.
        assertThat(new Tokens("lab", "enrol", "runyard_new").session(cookie, NOW, Optional.of(1000)))
                .isNull();
        assertThat(tokens.caller(cookie)).isNull();
    }
}
