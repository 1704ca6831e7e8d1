package dev.runyard.service.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.http.Problem;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class TokensTest {
    private static final UUID RUN = UUID.fromString("00000000-0000-4000-8000-000000000001");
    private final Tokens tokens = new Tokens("lab", "enrol");

    @Test
    void aTokenOpensWhatItWasMadeForAndNothingElse() {
        String token = "Bearer " + tokens.attempt(RUN, 2);
        tokens.requireAttempt(RUN, 2, token);
        assertThat(tokens.isAttempt(RUN, 3, token)).isFalse();
        assertThat(tokens.isWorker(RUN, token)).isFalse();
        assertThatThrownBy(() -> tokens.requireAttempt(RUN, 3, token))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(401));
    }

    @Test
    void anotherLabsTokenIsRefused() {
        assertThat(tokens.isWorker(RUN, "Bearer " + new Tokens("other", "enrol").worker(RUN)))
                .isFalse();
    }

    @Test
    void missingOrMalformedHeadersAreRefused() {
        for (String header : new String[] {null, "", "Bearer ", "Basic enrol", "enrol"}) {
            assertThatThrownBy(() -> tokens.requireEnrolment(header)).isInstanceOf(Problem.class);
        }
        tokens.requireEnrolment("Bearer enrol");
    }
}
