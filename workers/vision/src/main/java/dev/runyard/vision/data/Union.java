package dev.runyard.vision.data;

import dev.runyard.spec.Sha256;
import dev.runyard.vision.data.pixels.Pictures;
import dev.runyard.vision.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Several data sets as one, as the paper trains one network on four (section 4, multi-dataset): their label spaces side by side. */
final class Union {
    private Union() {}

    /** Closing the union closes its members. */
    static Dataset of(List<Dataset> members, Path cache) {
        List<Dataset.Part> parts = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        int labels = 0;
        int skipped = 0;
        StringBuilder hashes = new StringBuilder("union-1");
        for (Dataset member : members) {
            String name = unused(member.id(), "-", taken);
            parts.add(new Dataset.Part(name, member.id(), labels, member.classNames()));
            member.notes().forEach(note -> notes.add(name + ": " + note));
            labels += member.classes();
            skipped += member.skipped();
            hashes.append('|').append(member.hash());
        }
        String hash = Sha256.of(hashes.toString());
        return new Dataset(
                "union",
                classNames(parts),
                split("train", members, parts, Dataset::train, cache, hash),
                split("val", members, parts, Dataset::val, cache, hash),
                split("test", members, parts, Dataset::test, cache, hash),
                hash,
                skipped,
                members.stream().anyMatch(Dataset::ownSplit),
                parts,
                null,
                notes,
                () -> {
                    for (Dataset member : members) {
                        member.close();
                    }
                });
    }

    /** The members' own names; one that an earlier class has gets its data set's behind it. */
    private static List<String> classNames(List<Dataset.Part> parts) {
        List<String> out = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Dataset.Part part : parts) {
            for (String name : part.classNames()) {
                out.add(taken.add(name) ? name : unused(name + " (" + part.name() + ")", " ", taken));
            }
        }
        return out;
    }

    /** The name, or the name with the first number that makes it new. */
    private static String unused(String name, String joint, Set<String> taken) {
        String out = name;
        for (int n = 2; !taken.add(out); n++) {
            out = name + joint + n;
        }
        return out;
    }

    private static Split split(
            String name,
            List<Dataset> members,
            List<Dataset.Part> parts,
            Function<Dataset, Split> of,
            Path cache,
            String hash) {
        List<Pictures> pictures =
                members.stream().map(member -> of.apply(member).pictures()).toList();
        return new Split(name, new Joined(pictures, parts), cache, hash);
    }

    /** The images of one part after those of another. */
    private static final class Joined implements Pictures {
        private final List<Pictures> members;
        private final List<Dataset.Part> parts;
        /** Number of the first image of each member, and at the end the number of all. */
        private final int[] first;

        Joined(List<Pictures> members, List<Dataset.Part> parts) {
            this.members = members;
            this.parts = parts;
            first = new int[members.size() + 1];
            for (int m = 0; m < members.size(); m++) {
                first[m + 1] = first[m] + members.get(m).size();
            }
        }

        private int member(int i) {
            // Of several members that begin at the same number, only the last has images there.
            int m = members.size() - 1;
            while (first[m] > i) {
                m--;
            }
            return m;
        }

        @Override
        public int size() {
            return first[members.size()];
        }

        @Override
        public int label(int i) {
            int m = member(i);
            return parts.get(m).firstLabel() + members.get(m).label(i - first[m]);
        }

        @Override
        public String name(int i) {
            int m = member(i);
            return parts.get(m).name() + ": " + members.get(m).name(i - first[m]);
        }

        @Override
        public String content(int i) throws IOException {
            int m = member(i);
            return members.get(m).content(i - first[m]);
        }

        @Override
        public Raster decode(int i) throws IOException {
            int m = member(i);
            return members.get(m).decode(i - first[m]);
        }

        @Override
        public Raster inOwnMode(int i) throws IOException {
            int m = member(i);
            return members.get(m).inOwnMode(i - first[m]);
        }

        @Override
        public boolean cheap() {
            return members.stream().allMatch(Pictures::cheap);
        }
    }
}
