package dev.runyard.cli.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.cli.lab.LabHome;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes secrets out of texts: those that this home and this environment hold, wherever they stand, and whatever has the shape of one. It
 * takes rather too much than too little.
 */
final class Redaction {
    static final String MARK = "***";

    /** Shorter ones would be taken out of words that have nothing to do with them. */
    private static final int SHORTEST = 6;

    private static final int LARGEST_FILE = 64 << 10;

    private static final Pattern SECRET_NAME = Pattern.compile(
            ".*(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|ACCESS_KEY|TEMPORAL_KEY).*", Pattern.CASE_INSENSITIVE);

    private static final List<Pattern> SHAPES = List.of(
            Pattern.compile(
                    "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)", Pattern.DOTALL),
            // The lab's own: of people, and of workers, attempts, enrolments and hosts.
            Pattern.compile("runyard_[A-Za-z0-9_-]{40,}"),
            Pattern.compile("runyard-(worker|attempt|enrol|host)\\.[A-Za-z0-9._-]+"),
            // What others give out.
            Pattern.compile("eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*)?"),
            Pattern.compile("\\b(hf|ghp|gho|ghs|glpat|sk|pat|xox[abp])[-_][A-Za-z0-9_-]{16,}"),
            Pattern.compile("\\bAKIA[0-9A-Z]{16}\\b"));

    /** user:password@ of an address. */
    private static final Pattern IN_ADDRESS = Pattern.compile("(://)[^\\s/@:]*:[^\\s/@]+@");

    private static final Pattern WITHIN =
            Pattern.compile("(?i)(?<=password=)[^&\\s]+|(?<=://[^/@:\\s]{0,100}:)[^/@\\s]+(?=@)");

    /** Bearer x, password=x, "secret": "x", invitation=x. */
    private static final Pattern NAMED = Pattern.compile(
            "(?i)\\b((?:authorization:\\s*)?(?:bearer|basic)\\s+|[a-z0-9_.-]*(?:password|passwd|secret|token|credential|api_?key|access_?key|invitation|cookie)"
                    + "[a-z0-9_-]*[\"']?\\s*[=:]\\s*[\"']?)([^\\s\"',;&]{4,})");

    private final List<String> known;

    private Redaction(Set<String> known) {
        // One may be part of another.
        this.known = known.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
    }

    /** Knows the secrets of a home, and of an environment by the names of its variables. */
    static Redaction of(LabHome home, Map<String, String> environment) throws IOException {
        Set<String> known = new LinkedHashSet<>();
        if (Files.isDirectory(home.folder())) {
            try (Stream<Path> files = Files.list(home.folder())) {
                for (Path file : files.filter(Redaction::secret).toList()) {
                    add(known, Files.readString(file, StandardCharsets.ISO_8859_1));
                }
            }
        }
        home.read("logins.json")
                .map(logins -> logins.path("tokens"))
                .map(JsonNode::properties)
                .ifPresent(tokens ->
                        tokens.forEach(token -> add(known, token.getValue().asText())));
        environment.forEach((name, value) -> {
            if (isSecret(name, value)) {
                add(known, value);
            }
            // A password that is part of an address stands in logs by itself, too.
            WITHIN.matcher(value).results().forEach(part -> add(known, part.group()));
        });
        Path named = Path.of(environment.getOrDefault("RUNYARD_TOKEN_FILE", "").strip());
        if (Files.isRegularFile(named) && Files.size(named) <= LARGEST_FILE) {
            add(known, Files.readString(named, StandardCharsets.ISO_8859_1));
        }
        return new Redaction(known);
    }

    /** Whether a variable holds a secret itself, not the name of a file. */
    static boolean isSecret(String name, String value) {
        return SECRET_NAME.matcher(name).matches() && !name.endsWith("_FILE") && !name.endsWith("_PATH");
    }

    private static boolean secret(Path file) {
        String name = String.valueOf(file.getFileName());
        return Files.isRegularFile(file) && (name.endsWith(".secret") || name.endsWith(".credential"));
    }

    private static void add(Set<String> known, String text) {
        String secret = text.strip();
        if (secret.length() >= SHORTEST) {
            known.add(secret);
            String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            known.add(encoded);
            known.add(encoded.replace("+", "%20"));
            String quoted = TextNode.valueOf(secret).toString(); // as JSON has it
            known.add(quoted.substring(1, quoted.length() - 1));
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            known.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
            known.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        }
    }

    /** The text without them. */
    String of(String text) {
        String out = text;
        for (String secret : known) {
            out = out.replace(secret, MARK);
        }
        for (Pattern shape : SHAPES) {
            out = shape.matcher(out).replaceAll(MARK);
        }
        out = IN_ADDRESS.matcher(out).replaceAll("$1" + MARK + "@");
        return NAMED.matcher(out).replaceAll("$1" + MARK);
    }
}
