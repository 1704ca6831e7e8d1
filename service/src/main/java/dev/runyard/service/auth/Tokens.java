package dev.runyard.service.auth;

import dev.runyard.service.boot.Home;
import dev.runyard.service.boot.LabConfig;
import dev.runyard.spec.Sha256;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What callers show: a person the home's token (or the cookie that it became), a new worker the enrolment secret, a registered one a
 * token of its own, an attempt one for itself. The last two, and cookies, name what they are for and are signed with the lab's
 * secret: none is stored, all survive a restart, and each is checked in the same time however many there are.
 */
@ApplicationScoped
public class Tokens {
    /** In the home, readable by its owner alone: the token of a person. */
    public static final String PERSON_FILE = "person.secret";

    /** Of what people show; scanners for lost secrets can look for it. */
    public static final String PREFIX = "runyard_";

    private static final String WORKER = "runyard-worker";
    private static final String ATTEMPT = "runyard-attempt";
    private static final String JOINING = "runyard-enrol";
    private static final String HOST = "runyard-host";
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Longer than any of ours. */
    private static final int LONGEST = 512;

    private final String labSecret;
    private final String enrolment;
    private final PersonToken person;
    private final Caller.Person account = Caller.Person.ofHome(accountName());

    @Inject
    public Tokens(LabConfig config) {
        this(labSecret(config), enrolment(config), new PersonToken(config.home().resolve(PERSON_FILE), person(config)));
    }

    /** Makes the secrets that are missing, so that everybody finds theirs as soon as the lab answers. */
    public static void prepare(LabConfig config) {
        labSecret(config);
        enrolment(config);
        person(config);
    }

    private static String labSecret(LabConfig config) {
        return Home.secret(config.home().resolve("lab.secret"), 32);
    }

    private static String enrolment(LabConfig config) {
        return config.workerSecret().orElseGet(() -> Home.secret(config.home().resolve("worker.secret"), 32));
    }

    private static String person(LabConfig config) {
        return Home.secret(config.home().resolve(PERSON_FILE), PREFIX, 32);
    }

    Tokens(String labSecret, String enrolment, String person) {
        this(labSecret, enrolment, new PersonToken(null, person));
    }

    private Tokens(String labSecret, String enrolment, PersonToken person) {
        this.labSecret = labSecret;
        this.enrolment = enrolment;
        this.person = person;
    }

    /** For the proxy that the container makes. */
    protected Tokens() {
        this("", "", "");
    }

    /** The operating system's name for whoever runs the lab. */
    static String accountName() {
        return System.getProperty("user.name", "local");
    }

    /**
     * What a person holds and the lab only recognises: 256 bits of chance.
     *
     * @param prefix by which people and scanners tell what they found
     */
    public static String fresh(String prefix) {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What is kept of such a secret, lower-case hex. No salt: nobody guesses 256 bits, and a request finds its row by it. */
    public static String hash(String secret) {
        return Sha256.of(secret);
    }

    /** Whether it may be one that an account made, which the rows tell. */
    static boolean ofAccount(String token) {
        return token.startsWith(PREFIX) && token.length() < 100;
    }

    public String person() {
        return person.now();
    }

    public String worker(UUID worker) {
        return WORKER + "." + worker + "." + sign("worker|" + worker);
    }

    public String attempt(UUID run, long attempt) {
        return ATTEMPT + "." + run + "." + attempt + "." + sign("attempt|" + run + "|" + attempt);
    }

    /** With which one host joins, once. */
    public String joining(UUID credential) {
        return JOINING + "." + credential + "." + sign("joining|" + credential);
    }

    /** A host's own from then on; whether it was revoked the rows tell. */
    public String host(UUID credential) {
        return HOST + "." + credential + "." + sign("host|" + credential);
    }

    /** @return whose token this is; nobody's: null */
    public @Nullable Caller caller(String token) {
        if (token.length() > LONGEST) {
            return null;
        }
        if (same(person.now(), token)) {
            return account;
        }
        if (same(enrolment, token)) {
            return new Caller.Enrolment();
        }
        String[] parts = token.split("\\.", 5);
        try {
            if (parts.length == 3 && parts[0].equals(WORKER)) {
                UUID worker = UUID.fromString(parts[1]);
                return same(worker(worker), token) ? new Caller.Worker(worker) : null;
            }
            if (parts.length == 3 && parts[0].equals(JOINING)) {
                UUID credential = UUID.fromString(parts[1]);
                return same(joining(credential), token) ? new Caller.Host(credential, true) : null;
            }
            if (parts.length == 3 && parts[0].equals(HOST)) {
                UUID credential = UUID.fromString(parts[1]);
                return same(host(credential), token) ? new Caller.Host(credential, false) : null;
            }
            if (parts.length == 4 && parts[0].equals(ATTEMPT)) {
                UUID run = UUID.fromString(parts[1]);
                long attempt = Long.parseLong(parts[2]);
                return same(attempt(run, attempt), token) ? new Caller.Attempt(run, attempt) : null;
            }
        } catch (IllegalArgumentException e) {
            // Not one of ours.
        }
        return null;
    }

    /**
     * The value of a person's cookie. It falls with the home's token.
     *
     * @param account uid of the browser's process, where the system tells: the cookie serves no other
     */
    String session(Instant expires, Optional<Integer> account) {
        String claims =
                expires.getEpochSecond() + "." + account.map(Object::toString).orElse("-");
        return claims + "." + sign("session|" + claims + "|" + person.now());
    }

    /** @return the person whose cookie this is; expired, of another account or forged: null */
    @Nullable
    Caller session(String cookie, Instant now, Optional<Integer> account) {
        String[] parts = cookie.length() > LONGEST ? new String[0] : cookie.split("\\.", 4);
        if (parts.length != 3 || !parts[0].matches("\\d{1,12}")) {
            return null;
        }
        Instant expires = Instant.ofEpochSecond(Long.parseLong(parts[0]));
        String expected = session(expires, account);
        return same(expected, cookie) && now.isBefore(expires) ? this.account : null;
    }

    /** Cookies know no ports: the name tells labs on one machine apart. */
    String cookie() {
        return "runyard-" + sign("cookie").replaceAll("[^A-Za-z0-9]", "").substring(0, 10);
    }

    /** In a time that does not depend on where they differ. */
    private static boolean same(String expected, String given) {
        return !expected.isEmpty()
                && MessageDigest.isEqual(
                        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
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
