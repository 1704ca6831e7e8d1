package dev.runyard.agent;

import dev.runyard.agent.program.Secrets;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.run.Needs;
import dev.runyard.spec.run.Placement;
import dev.runyard.vision.evaluate.KeptPictures;
import dev.runyard.vision.place.Places;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a worker is told what to do: by its environment, and by nothing else.
 *
 * @param url the service ({@code RUNYARD_URL})
 * @param secret allows to register ({@code RUNYARD_WORKER_SECRET}, else the host's own {@code worker.credential}, else {@code worker.secret} in the home)
 * @param home caches and running work ({@code RUNYARD_HOME}, default {@code ~/.runyard})
 * @param device {@code auto}, {@code cpu}, {@code cuda} or {@code cuda:N} ({@code RUNYARD_DEVICE}, default {@code auto})
 * @param share which of how many equal shares of the device ({@code RUNYARD_SHARE}, such as {@code 2/3}, default {@code 1/1})
 * @param threads of the CPU's arithmetic ({@code RUNYARD_THREADS}); results are bit-identical for the same number; default 1
 * @param grace for a checkpoint after SIGTERM ({@code RUNYARD_GRACE}, seconds, default 30)
 * @param ready for the device's first answer ({@code RUNYARD_READY}, seconds, default 300); one that gives none hangs
 * @param labels that placements may ask for ({@code RUNYARD_LABELS}, such as {@code gpu=a100,room=3}; default none)
 * @param places data sets and weights by name ({@code RUNYARD_DATA} names the file; default none)
 * @param cache bytes of fetched copies of data sets and weights that stay ({@code RUNYARD_CACHE}, such as {@code 200GiB}; default 100GiB)
 * @param commands whether programs may run here, as this account ({@code RUNYARD_COMMANDS}, {@code true} or {@code false}, the default)
 * @param within an executable that programs are handed to, such as one that puts them into a container ({@code RUNYARD_COMMANDS_WITHIN}, an
 *     absolute path; default: none)
 * @param secrets variables of this environment that programs may have by name ({@code RUNYARD_SECRETS}, such as {@code HF_TOKEN,WANDB_KEY})
 * @param idle without a run it leaves ({@code RUNYARD_IDLE}, seconds); 0, the default: it never does
 * @param stall without a step or a batch of an evaluation training counts as hanging ({@code RUNYARD_STALL}, seconds, default 1800)
 */
record Settings(
        URI url,
        String secret,
        Path home,
        String device,
        Share share,
        int threads,
        Duration grace,
        Duration ready,
        Duration idle,
        Duration stall,
        Map<String, String> labels,
        Places places,
        long cache,
        boolean commands,
        @Nullable Path within,
        Secrets secrets) {
    /** In place of a fingerprint, where there is nothing to tell apart. */
    private static final String ALLOWED = "allowed";

    /** One of equal shares of a device; {@code number} from 1 to {@code of}. */
    record Share(int number, int of) {
        /** @throws IllegalArgumentException for what is no share */
        static Share of(String text) {
            String[] parts = text.strip().split("/", -1);
            if (parts.length == 2 && parts[0].matches("\\d{1,2}") && parts[1].matches("\\d{1,2}")) {
                Share share = new Share(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
                if (share.number() >= 1 && share.number() <= share.of() && share.of() <= 64) {
                    return share;
                }
            }
            throw new IllegalArgumentException(
                    "RUNYARD_SHARE: \"" + text + "\" is not such as 2/3, of at most 64 shares");
        }
    }

    /** @throws IllegalArgumentException in one line that names the variable and the remedy */
    static Settings from(Map<String, String> environment) {
        Path home = Path.of(environment.getOrDefault(
                "RUNYARD_HOME",
                Path.of(System.getProperty("user.home"), ".runyard").toString()));
        // Said at once: an answer is judged hours later.
        KeptPictures.of(environment);
        return new Settings(
                url(environment),
                secret(environment, home),
                home,
                environment.getOrDefault("RUNYARD_DEVICE", "auto"),
                Share.of(environment.getOrDefault("RUNYARD_SHARE", "1/1")),
                whole(environment, "RUNYARD_THREADS", 1, 1, 1_024),
                Duration.ofSeconds(whole(environment, "RUNYARD_GRACE", 30, 1, 86_400)),
                Duration.ofSeconds(whole(environment, "RUNYARD_READY", 300, 1, 86_400)),
                Duration.ofSeconds(whole(environment, "RUNYARD_IDLE", 0, 0, 864_000)),
                Duration.ofSeconds(whole(environment, "RUNYARD_STALL", 1_800, 1, 86_400)),
                labels(environment.getOrDefault("RUNYARD_LABELS", "")),
                Places.of(environment),
                bytes(environment, "RUNYARD_CACHE", "100GiB"),
                flag(environment, "RUNYARD_COMMANDS"),
                executable(environment, "RUNYARD_COMMANDS_WITHIN"),
                Secrets.of(environment.getOrDefault("RUNYARD_SECRETS", ""), environment));
    }

    /** What the host offers to runs by name: data, weights, that programs may run, what secrets they may have. */
    Map<String, String> offers(Map<String, String> fingerprints) {
        Map<String, String> out = new TreeMap<>(fingerprints);
        if (commands) {
            out.put(Needs.COMMANDS, ALLOWED);
            secrets.names().forEach(name -> out.put(Needs.SECRET + name, ALLOWED));
        }
        return out;
    }

    private static long bytes(Map<String, String> environment, String name, String otherwise) {
        String text = environment.getOrDefault(name, otherwise).strip();
        long bytes = Placement.bytes(text);
        if (bytes < 1) {
            throw new IllegalArgumentException(name + ": \"" + text + "\" is no amount; write it as 200GiB or 800MiB");
        }
        return bytes;
    }

    private static boolean flag(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "").strip();
        if (text.isEmpty() || text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        throw new IllegalArgumentException(name + ": \"" + text + "\" is neither true nor false");
    }

    private static @Nullable Path executable(Map<String, String> environment, String name) {
        String text = environment.getOrDefault(name, "").strip();
        if (text.isEmpty()) {
            return null;
        }
        Path file = Path.of(text);
        if (!file.isAbsolute() || !Files.isRegularFile(file) || !Files.isExecutable(file)) {
            throw new IllegalArgumentException(
                    name + ": \"" + text
                            + "\" is not the absolute path of an executable file; name one that runs its arguments, or leave it out");
        }
        return file;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        for (String label : text.split(",", -1)) {
            String[] parts = label.strip().split("=", 2);
            if (parts.length == 2 && labels.put(parts[0].strip(), parts[1].strip()) == null) {
                continue;
            }
            if (!label.isBlank() || text.contains(",")) {
                throw new IllegalArgumentException("RUNYARD_LABELS: \"" + label.strip()
                        + "\" is no label of its own such as gpu=a100; write gpu=a100,room=3");
            }
        }
        try {
            return Placement.labels(labels);
        } catch (InvalidSpec e) {
            throw new IllegalArgumentException("RUNYARD_LABELS: " + e.getMessage());
        }
    }

    private static URI url(Map<String, String> environment) {
        String url = environment.getOrDefault("RUNYARD_URL", "http://127.0.0.1:8080");
        try {
            URI uri = URI.create(url);
            if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new IllegalArgumentException("RUNYARD_URL: \"" + url
                + "\" is not an http address; set it to the service's, for example http://lab:8080");
    }

    private static String secret(Map<String, String> environment, Path home) {
        String given = environment.get("RUNYARD_WORKER_SECRET");
        if (given != null && !given.isBlank()) {
            return given.strip();
        }
        Path own = home.resolve("worker.credential");
        Path file = Files.exists(own) ? own : home.resolve("worker.secret");
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "RUNYARD_WORKER_SECRET is not set and " + file
                            + " cannot be read; copy worker.secret from the service's home, set the variable, or join by \"runyard worker --enrol\"");
        }
    }

    private static int whole(Map<String, String> environment, String name, int otherwise, int least, int most) {
        String text = environment.get(name);
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        if (text.strip().matches("\\d{1,9}")) {
            int value = Integer.parseInt(text.strip());
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                name + ": \"" + text + "\" is not a whole number from " + least + " to " + most);
    }
}
