package dev.runyard.agent.program;

import dev.runyard.spec.Sha256;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Notice;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that {@code RUNYARD_CHECKPOINT_DIR} names. What is in it is kept with the run, and is there again at the next attempt,
 * wherever that is. While the program runs, only what it says is complete is taken: a folder, or this one, with a file {@code .complete} in it;
 * of a program that says nothing, what has {@link Settled}.
 */
final class CheckpointFolder {
    /** Says that what is beside it is complete; a whole number in it is the step that the program goes on from with it. */
    static final String COMPLETE = ".complete";

    /** Files of one checkpoint, its image among them. */
    private static final int MOST_FILES = 999;

    private static final long LARGEST = 4L << 30;

    /** Of what is not kept, beyond which the log alone says more: each is an event of the run. */
    private static final int MOST_TOLD = 20;

    private static final int KEPT = 2;

    private final Path folder;
    private final Path checkpoints;
    private final String specHash;
    private final Consumer<String> log;
    private final Consumer<Notice> told;
    private final Map<Path, Known> known = new HashMap<>();
    private List<FolderImage.Entry> taken = List.of();
    private final Set<String> said = new HashSet<>();
    private int notices;
    private final Settled settled;

    /** A file that was hashed, as it was then. */
    private record Known(Object key, long size, FileTime modified, String sha256) {}

    /**
     * What the folder was filled with.
     *
     * @param marked the step that the program goes on from, as its marker says; null: it does not say
     * @param reached the step that its run had at least reached when it was taken
     */
    record Restored(@Nullable Long marked, long reached) {
        /** The last step that counts of what was measured before, until it is measured again. */
        long step() {
            return marked == null ? reached : marked;
        }
    }

    /** An image that lies on the disk as a checkpoint does. */
    record Taken(Path folder, CheckpointRef ref) {}

    /**
     * @param folder the program's
     * @param checkpoints where the attempt keeps those of its run
     * @param log hears of what cannot be kept, once each
     * @param told of what is not kept because it is too much
     * @param clock nanoseconds
     */
    CheckpointFolder(
            Path folder,
            Path checkpoints,
            String specHash,
            Consumer<String> log,
            Consumer<Notice> told,
            LongSupplier clock) {
        this.told = told;
        this.settled = new Settled(folder, clock);
        this.folder = folder;
        this.checkpoints = checkpoints;
        this.specHash = specHash;
        this.log = log;
    }

    /**
     * Fills the folder with what the newest checkpoint here has.
     *
     * @return how far its run was; null: there is none, and the folder is empty
     */
    @Nullable
    Restored restore() throws IOException {
        Files.createDirectories(folder);
        Optional<Path> newest = kept().stream().findFirst();
        if (newest.isEmpty()) {
            return null;
        }
        Path from = newest.get();
        FolderImage image = Json.read(Files.readAllBytes(from.resolve(FolderImage.NAME)), FolderImage.class);
        for (FolderImage.Entry entry : image.files()) {
            Path target = inside(entry.path());
            Files.createDirectories(Objects.requireNonNull(target.getParent()));
            if (entry.link() != null) {
                Files.createSymbolicLink(target, Path.of(entry.link()));
            } else {
                Files.copy(from.resolve(String.valueOf(entry.sha256())), target);
                if (entry.executable() && !target.toFile().setExecutable(true)) {
                    throw new IOException(target + " cannot be made executable");
                }
            }
        }
        image.date(folder);
        for (FolderImage.Entry entry : image.files()) {
            if (entry.sha256() != null) {
                remember(inside(entry.path()), entry.sha256());
            }
        }
        taken = image.files();
        CheckpointRef ref = Json.read(Files.readAllBytes(from.resolve("manifest.json")), CheckpointRef.class);
        return new Restored(image.resumeStep(), ref.step());
    }

    private Path inside(String path) {
        Path target = folder.resolve(path).normalize();
        if (!target.startsWith(folder) || target.equals(folder)) {
            throw new TrainingFailure(
                    FailureReason.NO_VALID_CHECKPOINT, "the checkpoint has a file outside its folder: " + path);
        }
        return target;
    }

    /**
     * Takes an image, if there is something new in it.
     *
     * @param whole whether all of the folder is taken, since the program ended by itself; else what it says is complete
     * @param step that the checkpoint is listed under
     * @return empty where nothing is new or the program changed it meanwhile
     */
    Optional<Taken> take(boolean whole, long step) throws IOException {
        if (!Files.isDirectory(folder)) {
            say("the program removed its checkpoint folder; what was kept of it before stays");
            return Optional.empty();
        }
        List<Path> complete = complete();
        try {
            boolean quiet = !whole && complete.isEmpty();
            Set<String> still = quiet ? settled.look() : Set.of();
            Map<Path, FileTime> marks = marks(complete);
            FolderImage image = quiet ? quiet(still) : image(whole ? List.of(folder) : complete, complete);
            if (image.files().isEmpty() || image.holds(taken)) {
                return Optional.empty();
            }
            if (image.contents().size() > MOST_FILES) {
                tell(
                        "files",
                        "the checkpoint folder has " + image.contents().size() + " files, more than the " + MOST_FILES
                                + " that are kept, and is not kept; pack them, or remove old ones");
                return Optional.empty();
            }
            Path staged = stage(image, step);
            if (!whole && !marks.equals(marks(complete()))
                    || quiet && !settled.look().containsAll(still)) {
                Folders.delete(staged);
                return Optional.empty(); // its next marker, or rest, brings the next image
            }
            Taken there = settled(staged, image, step);
            taken = image.files();
            return Optional.of(there);
        } catch (NoSuchFileException e) {
            if (whole) {
                throw e;
            }
            return Optional.empty(); // the program removed it meanwhile
        }
    }

    /** What has settled; of what is being written, what was kept of it before. */
    private FolderImage quiet(Set<String> still) throws IOException {
        List<FolderImage.Entry> entries = new ArrayList<>();
        // What is being written is not read: it would be hashed again and again.
        walk(folder, path -> still.contains(Settled.unit(path)), entries);
        Set<String> there = settled.there();
        for (FolderImage.Entry entry : taken) {
            String unit = Settled.unit(entry.path());
            if (!still.contains(unit) && there.contains(unit)) {
                entries.add(entry);
            }
        }
        entries.sort(Comparator.comparing(FolderImage.Entry::path));
        return new FolderImage(null, entries);
    }

    /** Whether a marker says what is complete. */
    boolean marks() throws IOException {
        return Files.isDirectory(folder) && !complete().isEmpty();
    }

    /** The folders that say that they are complete: this one alone, where it does. */
    private List<Path> complete() throws IOException {
        if (Files.isRegularFile(folder.resolve(COMPLETE))) {
            return List.of(folder);
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> Files.isRegularFile(path.resolve(COMPLETE)))
                    .sorted()
                    .toList();
        }
    }

    private static Map<Path, FileTime> marks(List<Path> complete) throws IOException {
        Map<Path, FileTime> out = new HashMap<>();
        for (Path one : complete) {
            out.put(one, Files.getLastModifiedTime(one.resolve(COMPLETE)));
        }
        return out;
    }

    private FolderImage image(List<Path> roots, List<Path> complete) throws IOException {
        List<FolderImage.Entry> entries = new ArrayList<>();
        for (Path root : roots) {
            walk(root, path -> true, entries);
        }
        return new FolderImage(resumeStep(complete), entries);
    }

    /** @param wanted of paths in the folder */
    private void walk(Path root, Predicate<String> wanted, List<FolderImage.Entry> entries) throws IOException {
        try (Stream<Path> all = Files.walk(root, new FileVisitOption[0])) {
            for (Path path : all.sorted().toList()) {
                if (wanted.test(folder.relativize(path).toString())) {
                    entry(path).ifPresent(entries::add);
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Optional<FolderImage.Entry> entry(Path path) throws IOException {
        BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        String name = folder.relativize(path).toString();
        if (is.isDirectory()) {
            return Optional.empty();
        }
        if (is.isSymbolicLink()) {
            Path leads = Files.readSymbolicLink(path);
            Path end = Objects.requireNonNull(path.getParent()).resolve(leads).normalize();
            if (leads.isAbsolute() || !end.startsWith(folder)) {
                say(name + " in the checkpoint folder leads out of it, and is not kept");
                return Optional.empty();
            }
            return Optional.of(new FolderImage.Entry(name, 0, false, null, leads.toString(), null));
        }
        if (!is.isRegularFile()) {
            say(name + " in the checkpoint folder is no file, and is not kept");
            return Optional.empty();
        }
        if (is.size() > LARGEST) {
            tell(
                    name,
                    name + " in the checkpoint folder has " + is.size() + " bytes, more than the " + LARGEST
                            + " that one file may have, and is not kept; write it in parts");
            return Optional.empty();
        }
        long modified = is.lastModifiedTime().to(TimeUnit.MICROSECONDS);
        return Optional.of(
                new FolderImage.Entry(name, is.size(), Files.isExecutable(path), hash(path, is), null, modified));
    }

    /** Of a file that was not touched since it was hashed the hash is known. */
    private String hash(Path path, BasicFileAttributes is) throws IOException {
        Known before = known.get(path);
        if (before != null
                && Objects.equals(before.key(), is.fileKey())
                && before.size() == is.size()
                && before.modified().equals(is.lastModifiedTime())) {
            return before.sha256();
        }
        try (InputStream in = Files.newInputStream(path)) {
            String sha256 = Sha256.copy(in, OutputStream.nullOutputStream());
            known.put(path, new Known(String.valueOf(is.fileKey()), is.size(), is.lastModifiedTime(), sha256));
            return sha256;
        }
    }

    private void remember(Path path, String sha256) throws IOException {
        BasicFileAttributes is = Files.readAttributes(path, BasicFileAttributes.class);
        known.put(path, new Known(String.valueOf(is.fileKey()), is.size(), is.lastModifiedTime(), sha256));
    }

    /** The largest number in a marker. */
    private static @Nullable Long resumeStep(List<Path> complete) throws IOException {
        Long step = null;
        for (Path one : complete) {
            Path mark = one.resolve(COMPLETE);
            String text = Files.size(mark) > 100 ? "" : Files.readString(mark).strip();
            if (text.matches("\\d{1,15}")) {
                step = Math.max(step == null ? 0 : step, Long.parseLong(text));
            }
        }
        return step;
    }

    /** Copies what is not here yet, under its hash; the program may write over a file of its own at any time. */
    private Path stage(FolderImage image, long step) throws IOException {
        Path staged = checkpoints.resolve(String.format(Locale.ROOT, "step-%09d.tmp", step));
        Folders.delete(staged);
        Files.createDirectories(staged);
        try {
            fill(staged, image);
        } catch (IOException e) {
            Folders.delete(staged); // what fills the disk is not to stay there
            throw e;
        }
        return staged;
    }

    private void fill(Path staged, FolderImage image) throws IOException {
        List<Path> before = kept();
        for (FolderImage.Entry entry : image.files()) {
            if (entry.sha256() == null) {
                continue;
            }
            Path target = staged.resolve(entry.sha256());
            if (Files.exists(target)) {
                continue;
            }
            Path there = null;
            for (Path one : before) {
                Path candidate = one.resolve(entry.sha256());
                there = there == null && Files.isRegularFile(candidate) ? candidate : there;
            }
            if (there != null) {
                Files.createLink(target, there);
            } else {
                copy(folder.resolve(entry.path()), target, entry.sha256());
            }
        }
    }

    private static void copy(Path from, Path target, String sha256) throws IOException {
        try (InputStream in = Files.newInputStream(from);
                OutputStream out = Files.newOutputStream(target)) {
            if (!Sha256.copy(in, out).equals(sha256)) {
                throw new NoSuchFileException(from.toString(), null, "it was changed while it was copied");
            }
        }
    }

    private Taken settled(Path staged, FolderImage image, long step) throws IOException {
        try {
            return named(staged, image, step);
        } catch (IOException e) {
            Folders.delete(staged); // what fills the disk is not to stay there
            throw e;
        }
    }

    private Taken named(Path staged, FolderImage image, long step) throws IOException {
        byte[] own = Json.canonical(Json.mapper().valueToTree(image)).getBytes(StandardCharsets.UTF_8);
        Files.write(staged.resolve(FolderImage.NAME), own);
        List<CheckpointRef.File> files = new ArrayList<>(image.contents());
        files.add(new CheckpointRef.File(FolderImage.NAME, own.length, Sha256.of(own)));
        CheckpointRef ref = new CheckpointRef(step, 0, false, specHash, "program", "program", files);
        Files.writeString(staged.resolve("manifest.json"), Json.canonical(ref));
        Path settled = checkpoints.resolve(String.format(Locale.ROOT, "step-%09d", step));
        Folders.delete(settled);
        Files.move(staged, settled);
        for (Path old : kept().stream().skip(KEPT).toList()) {
            Folders.delete(old);
        }
        return new Taken(settled, ref);
    }

    /** The images here, the newest first. */
    private List<Path> kept() throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(checkpoints)) {
            return all.filter(path -> Files.isRegularFile(path.resolve(FolderImage.NAME)))
                    .filter(path -> Files.isRegularFile(path.resolve("manifest.json")))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    /** An event of the run: whoever resumes it misses this. Once for what it is of, which may grow. */
    private void tell(String of, String line) {
        if (!said.add("too much: " + of)) {
            return;
        }
        if (notices++ < MOST_TOLD) {
            told.accept(new Notice(Notice.Kind.CHECKPOINT_LEFT_OUT, line));
        } else {
            log.accept(line);
        }
    }

    private void say(String line) {
        if (said.add(line)) {
            log.accept(line);
        }
    }
}
