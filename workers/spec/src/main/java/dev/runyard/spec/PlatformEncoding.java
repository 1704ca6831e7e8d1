package dev.runyard.spec;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The encoding in which this process reads and writes names of files: the locale's, fixed when the JVM started. */
public final class PlatformEncoding {
    private PlatformEncoding() {}

    /** Why this process must not go on, with the remedy; empty when it is UTF-8. */
    public static Optional<String> refusal() {
        String names = System.getProperty("sun.jnu.encoding", "UTF-8");
        boolean good = Charset.isSupported(names) && Charset.forName(names).equals(StandardCharsets.UTF_8);
        return good
                ? Optional.empty()
                : Optional.of(
                        "the locale's encoding is " + names
                                + ", in which names of files cannot be read; set LC_ALL=C.UTF-8, or another locale in UTF-8 that is installed");
    }
}
