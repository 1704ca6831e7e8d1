package dev.runyard.agent;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The worker's version, and of what commit it was built: what trained a run is said with the run. */
final class Version {
    /** As the build wrote it into the jar, "dev" when run from classes; then, behind a plus, the commit, where it is known. */
    static final String CURRENT = of(
            Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "dev"),
            installed(Version.class));

    /** The commit's first digits; ".changed" where the tree had changes that were in no commit. */
    private static final String COMMIT = "[0-9a-f]{7,40}(\\.changed)?";

    private Version() {}

    /** @param folder that the jars' folder lies in; deploy/runyard writes the commit into it */
    static String of(String version, @Nullable Path folder) {
        if (folder == null) {
            return version;
        }
        try {
            String commit = Files.readString(folder.resolve("commit"), StandardCharsets.UTF_8)
                    .strip();
            return Pattern.matches(COMMIT, commit) ? version + "+" + commit : version;
        } catch (IOException e) {
            // Built where no git was at hand.
            return version;
        }
    }

    private static @Nullable Path installed(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            Path jar = source == null ? null : Path.of(source.getLocation().toURI());
            Path jars = jar == null || !Files.isRegularFile(jar) ? null : jar.getParent();
            return jars == null ? null : jars.getParent();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }
}
