package dev.runyard.vision.fetch;

/** Names inside archives. */
public final class SafeNames {
    private SafeNames() {}

    /** Whether a name is relative, stays below its folder, and means the same on every system. */
    public static boolean isSafe(String name) {
        if (name.isEmpty() || name.startsWith("/") || name.indexOf('\\') >= 0 || name.matches("[A-Za-z]:.*")) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.equals("..") || part.equals(".")) {
                return false;
            }
        }
        return name.chars().noneMatch(c -> c < ' ');
    }

    /** The name without what could disturb a terminal. */
    public static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
