package dev.runyard.vision.data.source;

import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
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
            "~snapshot",
            "trashbox",
            "files_trashbin",
            "ipod photo cache",
            "_vti_cnf",
            "icon\r");
    /** Folders of Synology and QNAP. */
    private static final Pattern NAS = Pattern.compile(
            "@(eadir.*|recycle|recently-snapshot|sharebin|sharesnap|tmp|temp|syno.*|__thumb|download|database)");

    /**
     * A Synology's thumbnails outside of their folder, pieces that a Windows disk check found, and the doubles that Syncthing, Dropbox and
     * Nextcloud make of a file that was changed in two places.
     */
    private static final Pattern LEFT = Pattern.compile(
            "syno(photo|file|video)_thumb.*|found\\.[0-9]{3}|.*\\.sync-conflict-[0-9].*|.*\\(.*conflicted copy.*\\).*");

    /** Folders of smaller copies, where they stand between images; elsewhere such a name may be a class's. */
    private static final Pattern THUMBNAILS =
            Pattern.compile("[._~-]?(thumb(nail)?s?|previews?)([-_ ]?[0-9]+(x[0-9]+)?)?");

    private Noise() {}

    /** Whether the last name of a path is noise; hidden ones are. */
    static boolean name(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return name.startsWith(".")
                || name.startsWith("~$")
                || NAMES.contains(lower)
                || NAS.matcher(lower).matches()
                || LEFT.matcher(lower).matches();
    }

    /**
     * The folders of smaller copies, among images or beside folders of the same names as theirs: {@code cat/thumbs} beside
     * {@code cat/1.jpg}, {@code thumbs/cat} beside {@code cat}.
     *
     * @param files paths of what is no noise
     */
    static List<String> thumbnails(Set<String> folders, NavigableSet<String> files) {
        return folders.stream()
                .filter(folder -> THUMBNAILS
                        .matcher(folder.substring(folder.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT))
                        .matches())
                .filter(folder -> {
                    String parent = folder.substring(0, folder.lastIndexOf('/') + 1);
                    return files.tailSet(parent, true).stream()
                                    .takeWhile(path -> path.startsWith(parent))
                                    .anyMatch(path -> path.indexOf('/', parent.length()) < 0 && Source.image(path))
                            || folders.stream()
                                    .filter(inner -> inner.startsWith(folder + "/"))
                                    .anyMatch(inner -> folders.contains(parent + inner.substring(folder.length() + 1)));
                })
                .toList();
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
    static List<String> note(int images, String first) {
        return images == 0
                ? List.of()
                : List.of("Skipped " + images + " images of hidden folders, operating systems and network drives,"
                        + " first " + first + ".");
    }
}
