package dev.runyard.spec.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.Bounds;
import dev.runyard.spec.Defaults;
import dev.runyard.spec.Doc;
import dev.runyard.spec.InvalidSpec;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A folder of a program's files as it was when it was submitted, by what is in it: the same files are the same code. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CodeSpec(
        @Doc("SHA-256 of the archive in the artifact store.")
        String archive,

        @Doc(value = "Bytes of the files in it.", min = 0, max = MOST_BYTES)
        Long size,

        @Doc("Commit of git that the folder was at.") @Nullable
        String commit,

        @Doc("SHA-256 of the changes since that commit, in the artifact store; left out: there were none.") @Nullable
        String diff) {
    /** Most bytes of all files of an archive. */
    public static final long MOST_BYTES = 200_000_000;

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");

    public CodeSpec {
        archive = hash("archive", Defaults.required("archive", archive));
        size = Defaults.or(size, 0L);
        Bounds.check(CodeSpec.class, "size", size);
        if (commit != null && !COMMIT.matcher(commit).matches()) {
            throw new InvalidSpec("BAD_HASH", "commit", commit, "must be a commit's 40 or 64 hex digits", null);
        }
        if (diff != null) {
            hash("diff", diff);
        }
    }

    /** The field that names it, by the hash of each file of the artifact store that there has to be. */
    public SortedMap<String, String> files() {
        SortedMap<String, String> files = new TreeMap<>();
        if (diff != null) {
            files.put(diff, "code.diff");
        }
        files.put(archive, "code.archive");
        return files;
    }

    private static String hash(String field, String text) {
        if (!HASH.matcher(text).matches()) {
            throw new InvalidSpec(
                    "BAD_HASH",
                    field,
                    text,
                    "must be 64 lower-case hex digits",
                    "write code: FOLDER and let \"runyard submit\" pack it");
        }
        return text;
    }
}
