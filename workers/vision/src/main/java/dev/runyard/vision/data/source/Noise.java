package dev.runyard.vision.data.source;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What operating systems, network drives and tools leave between the files of people: thumbnails, waste bins, snapshots, indexes. A
 * Synology's {@code @eaDir} holds three smaller copies of every image, which would otherwise be further images of the class.
 */
final class Noise {
    private static final Set<String> NAMES = Set.of(
            "__macosx",
            "__pycache__",
            "thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            "lost+found",
            "$recycle.bin",
            "recycler",
            "system volume information",
            "network trash folder",
            "temporary items",
            "_gsdata_",
            "#recycle",
            "#snapshot",
            "icon\r");
    /** Folders of Synology and QNAP. */
    private static final Pattern NAS = Pattern.compile(
            "@(eadir|recycle|recently-snapshot|sharebin|sharesnap|tmp|temp|syno.*|__thumb|download|database)");

    private Noise() {}

    /** Whether the last name of a path is noise; hidden ones are. */
    static boolean name(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return name.startsWith(".")
                || name.startsWith("~$")
                || NAMES.contains(lower)
                || NAS.matcher(lower).matches();
    }

    /** Whether any name of a path is noise. */
    static boolean path(String path) {
        for (String name : path.split("/")) {
            if (name(name)) {
                return true;
            }
        }
        return false;
    }

    /** A note on skipped images; empty where there were none. */
    static java.util.List<String> note(int images, String first) {
        return images == 0
                ? java.util.List.of()
                : java.util.List.of("Skipped " + images
                        + " images of hidden folders, operating systems and network drives," + " first " + first + ".");
    }
}
