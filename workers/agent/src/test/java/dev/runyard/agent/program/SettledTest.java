package dev.runyard.agent.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of programs that mark nothing, while they run. */
class SettledTest {
    private final List<String> said = new ArrayList<>();
    private long seconds;
    private long step;
    private CheckpointFolder kept;

    @TempDir
    Path dir;

    @BeforeEach
    void folder() throws IOException {
        kept = opened("one");
        assertThat(kept.restore()).isNull();
    }

    private CheckpointFolder opened(String name) {
        return new CheckpointFolder(
                dir.resolve(name),
                dir.resolve("checkpoints"),
                "hash",
                said::add,
                notice -> said.add(notice.why()),
                () -> TimeUnit.SECONDS.toNanos(seconds));
    }

    private void write(String path, String text) throws IOException {
        Path file = dir.resolve("one").resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** @return files of the image that is taken now, without its own; empty: none was */
    private Optional<Integer> look(int after) throws IOException {
        seconds += after;
        step += 10;
        return kept.take(false, step).map(taken -> taken.ref().files().size() - 1);
    }

    @Test
    void aFolderThatStaysAsItIsIsKeptAndOneThatIsBeingWrittenIsNot() throws IOException {
        write("checkpoint-10/weights", "ten");
        write("checkpoint-10/state", "10");
        assertThat(look(5)).isEmpty();
        assertThat(look(5)).isEmpty();
        write("checkpoint-20/weights", "twen");
        assertThat(look(5)).contains(2);
        write("checkpoint-20/weights", "twenty");
        assertThat(look(5)).isEmpty();
        assertThat(look(5)).isEmpty();
        assertThat(look(5)).contains(3);
        assertThat(look(5)).as("nothing is new").isEmpty();
        Files.delete(dir.resolve("one/checkpoint-10/weights"));
        Files.delete(dir.resolve("one/checkpoint-10/state"));
        Files.delete(dir.resolve("one/checkpoint-10"));
        assertThat(look(5)).as("a program keeps its newest alone").contains(1);

        CheckpointFolder next = opened("two");
        CheckpointFolder.Restored restored = next.restore();
        assertThat(restored).isEqualTo(new CheckpointFolder.Restored(null, step));
        assertThat(dir.resolve("two/checkpoint-20/weights")).hasContent("twenty");
        assertThat(dir.resolve("two/checkpoint-10")).doesNotExist();
        assertThat(said).isEmpty();
    }

    /** A program writes those one after the other. */
    @Test
    void filesDirectlyInItAreKeptTogetherAndAsTheyWereWhileOneOfThemIsWritten() throws IOException {
        write("model.pt", "m1");
        write("optimizer.pt", "o1");
        look(5);
        assertThat(look(10)).contains(2);
        write("model.pt", "m2 longer");
        look(5);
        look(8);
        write("optimizer.pt", "o2 longer");
        write("extra/notes", "n");
        assertThat(look(5)).isEmpty();
        assertThat(look(9)).isEmpty();
        assertThat(look(2)).as("all at once").contains(3);
        write("model.pt", "m3 longer still");
        write("later/notes", "l");
        look(5);
        write("model.pt", "m3 longer still, and on");
        assertThat(look(11))
                .as("the other folder, beside the files as they were")
                .contains(4);

        opened("two").restore();
        assertThat(dir.resolve("two/model.pt")).hasContent("m2 longer");
        assertThat(dir.resolve("two/optimizer.pt")).hasContent("o2 longer");
        assertThat(dir.resolve("two/later/notes")).hasContent("l");
    }

    @Test
    void whereAMarkerSaysWhatIsCompleteNothingElseIsTaken() throws IOException {
        write("a/weights", "a");
        write("b/weights", "b");
        write("b/.complete", "7");
        look(5);
        assertThat(look(20)).as("it is there already").isEmpty();
        assertThat(opened("two").restore()).isEqualTo(new CheckpointFolder.Restored(7L, 10));
        assertThat(dir.resolve("two/a")).doesNotExist();
    }

    /** Lightning's "last" is the newest file, and Hugging Face's Trainer removes the oldest folder, at a third attempt too. */
    @Test
    void whatWasNewestIsNewestAgain() throws IOException {
        FileTime early = FileTime.from(Instant.parse("2026-01-01T00:00:00.000001Z"));
        FileTime late = FileTime.from(Instant.parse("2026-01-01T00:00:00.000002Z"));
        write("a-last.ckpt", "new");
        write("z-best.ckpt", "old");
        write("a-20/deep/weights", "new");
        write("z-10/weights", "old");
        for (String path : List.of("a-last.ckpt", "a-20/deep/weights")) {
            Files.setLastModifiedTime(dir.resolve("one").resolve(path), late);
        }
        for (String path : List.of("z-best.ckpt", "z-10/weights")) {
            Files.setLastModifiedTime(dir.resolve("one").resolve(path), early);
        }
        look(5);
        assertThat(look(10)).contains(2);

        for (String attempt : List.of("two", "three")) {
            kept = opened(attempt);
            kept.restore();
            for (String path : List.of("a-last.ckpt", "a-20", "a-20/deep", "a-20/deep/weights")) {
                assertThat(Files.getLastModifiedTime(dir.resolve(attempt).resolve(path)))
                        .isEqualTo(late);
            }
            for (String path : List.of("z-best.ckpt", "z-10", "z-10/weights")) {
                assertThat(Files.getLastModifiedTime(dir.resolve(attempt).resolve(path)))
                        .isEqualTo(early);
            }
            assertThat(kept.take(true, step)).as("nothing is new").isEmpty();
            Files.setLastModifiedTime(dir.resolve(attempt).resolve("z-best.ckpt"), late);
            assertThat(kept.take(true, step)).as("nor is the same anew").isEmpty();
        }
    }

    @Test
    void anImageFromBeforeTimesWereKeptIsRead() throws IOException {
        write("last.ckpt", "l");
        look(5);
        assertThat(look(10)).contains(1);
        Path image = dir.resolve(String.format(Locale.ROOT, "checkpoints/step-%09d/folder.json", step));
        String text = Files.readString(image);
        String before = text.replaceAll("\"modified\":\\d+,", "");
        assertThat(before).isNotEqualTo(text);
        Files.writeString(image, before);
        kept = opened("two");
        assertThat(kept.restore()).isNotNull();
        assertThat(dir.resolve("two/last.ckpt")).hasContent("l");
        assertThat(kept.take(true, step)).as("nothing is new").isEmpty();
    }
}
