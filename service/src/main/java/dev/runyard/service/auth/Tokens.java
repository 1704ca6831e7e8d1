package dev.runyard.service.auth;

import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.service.http.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What workers show: the enrolment secret to register, then a token of their own, then one for each attempt. Tokens are HMACs of
 * what they allow under the lab's secret, so none is stored and all survive a restart.
 */
@ApplicationScoped
public class Tokens {
    private static final String BEARER = "Bearer ";

    private final String labSecret;
    private final String enrolment;

    @Inject
    public Tokens(LabConfig config) {
        this(labSecret(config), enrolment(config));
    }

    /** Makes the secrets that are missing, so that local workers find theirs as soon as the lab answers. */
    public static void prepare(LabConfig config) {
        labSecret(config);
        enrolment(config);
    }

    private static String labSecret(LabConfig config) {
        return Home.secret(config.home().resolve("lab.secret"), 32);
    }

    private static String enrolment(LabConfig config) {
        return config.workerSecret().orElseGet(() -> Home.secret(config.home().resolve("worker.secret"), 32));
    }

    Tokens(String labSecret, String enrolment) {
        this.labSecret = labSecret;
        this.enrolment = enrolment;
    }

    /** For the proxy that the container makes. */
    protected Tokens() {
        this("", "");
    }

    public String worker(UUID worker) {
        return sign("worker|" + worker);
    }

    public String attempt(UUID run, long attempt) {
        return sign("attempt|" + run + "|" + attempt);
    }

    /** @param authorization the header as it came */
    public void requireEnrolment(@Nullable String authorization) {
        require(enrolment, authorization, "the lab's worker secret");
    }

    public void requireWorker(UUID worker, @Nullable String authorization) {
        require(worker(worker), authorization, "the token of worker " + worker);
    }

    public void requireAttempt(UUID run, long attempt, @Nullable String authorization) {
        require(attempt(run, attempt), authorization, "the token of attempt " + attempt + " of run " + run);
    }

    /** Whether the header carries the token of this worker; for routes that several kinds of caller may use. */
    public boolean isWorker(UUID worker, @Nullable String authorization) {
        return matches(worker(worker), authorization);
    }

    public boolean isAttempt(UUID run, long attempt, @Nullable String authorization) {
        return matches(attempt(run, attempt), authorization);
    }

    private static void require(String expected, @Nullable String authorization, String what) {
        if (!matches(expected, authorization)) {
            throw Problem.of(401, "BAD_TOKEN", "This needs " + what + " as bearer token.");
        }
    }

    private static boolean matches(String expected, @Nullable String authorization) {
        if (authorization == null || !authorization.startsWith(BEARER) || expected.isEmpty()) {
            return false;
        }
        byte[] given = authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given);
    }

    private String sign(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(labSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }
}
