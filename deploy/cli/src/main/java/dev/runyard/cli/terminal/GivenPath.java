package dev.runyard.cli.terminal;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * A path as a person writes it, with one meaning in every argument and in every spec: a relative one leads from the folder in which the
 * command is typed, never from where the spec lies or a lab was started; {@code ~} at its beginning is the person's own folder.
 */
public final class GivenPath {
    private GivenPath() {}

    /**
     * With {@code ~} written out.
     *
     * @throws IllegalArgumentException with the rule that it breaks and what to do instead
     */
    public static Path of(String text) {
        try {
            if (!text.startsWith("~")) {
                return Path.of(text);
            }
            if (text.length() > 1 && text.charAt(1) != '/') {
                throw new IllegalArgumentException(
                        "begins with ~ and a name, which is not looked up; write the folder out, or ./ before it");
            }
            return Path.of(System.getProperty("user.home"), text.substring(1));
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("is no path (" + e.getReason() + "); check how it is written");
        }
    }

    /**
     * From the root on. Leading {@code ..} are taken off the working folder, which holds no links; those further inside stay, because a
     * link may stand before them.
     *
     * @throws IllegalArgumentException as {@link #of}
     */
    public static Path absolute(String text) {
        Path rest = of(text);
        if (rest.isAbsolute()) {
            return rest;
        }
        Path from = Path.of("").toAbsolutePath();
        while (rest.startsWith("..") || rest.startsWith(".")) {
            if (rest.startsWith("..") && from.getParent() != null) {
                from = from.getParent();
            }
            if (rest.getNameCount() == 1) {
                return from;
            }
            rest = rest.subpath(1, rest.getNameCount());
        }
        return rest.toString().isEmpty() ? from : from.resolve(rest);
    }
}
