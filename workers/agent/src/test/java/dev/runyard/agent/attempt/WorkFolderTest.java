package dev.runyard.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkFolderTest {
    private final UUID run = UUID.randomUUID();

    @TempDir
    Path work;

    private Path left(UUID of, long attempt) throws IOException {
        try (WorkFolder folder = WorkFolder.take(work, of, attempt)) {
            Files.writeString(
                    Files.createDirectories(folder.path().resolve("checkpoints"))
                            .resolve("x"),
                    "x");
            return folder.path();
        }
    }

    @Test
    void twoAttemptsOfARunNeverShareAFolder() throws Exception {
        try (WorkFolder zombie = WorkFolder.take(work, run, 9);
                WorkFolder fresh = WorkFolder.take(work, run, 10)) {
            assertThat(zombie.path()).isNotEqualTo(fresh.path());
            assertThat(fresh.earlier()).startsWith(zombie.path());
            fresh.removeEarlier();
            assertThat(zombie.path()).as("its process lives").exists();
            assertThatThrownBy(() -> WorkFolder.take(work, run, 9)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatEarlierAttemptsLeftGoesOnceTheNewOneHasWhatItNeeds() throws Exception {
        Path first = left(run, 1);
        Path second = left(run, 2);
        Path ofOlderRelease =
                Files.createDirectories(work.resolve(run.toString()).resolve("checkpoints"));
        try (WorkFolder fresh = WorkFolder.take(work, run, 10)) {
            assertThat(fresh.earlier()).containsExactly(second, first, first.getParent());
            fresh.removeEarlier();
            assertThat(first).doesNotExist();
            assertThat(second).doesNotExist();
            assertThat(ofOlderRelease).doesNotExist();
            fresh.remove();
        }
        assertThat(work.resolve(run.toString())).doesNotExist();
    }

    @Test
    void aStartingWorkerRemovesWhatNobodyNeedsAndNothingThatLives() throws Exception {
        UUID over = UUID.randomUUID();
        Path old = left(run, 1);
        Path newest = left(run, 2);
        Path done = left(over, 7);
        Path stranger = Files.createDirectories(work.resolve("notes"));
        Path ofOlderRelease = Files.createDirectories(
                work.resolve(UUID.randomUUID().toString()).resolve("checkpoints"));
        try (WorkFolder living = WorkFolder.take(work, UUID.randomUUID(), 3)) {
            WorkFolder.tidy(work, found -> {
                assertThat(found).hasSize(4);
                return List.of(new WorkFolder.Left(run, 2));
            });
            assertThat(living.path()).exists();
        }
        assertThat(old).doesNotExist();
        assertThat(newest).exists();
        assertThat(done.getParent()).doesNotExist();
        assertThat(stranger).exists();
        assertThat(ofOlderRelease.getParent()).doesNotExist();
    }
}
