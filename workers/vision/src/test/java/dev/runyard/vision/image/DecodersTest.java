package dev.runyard.vision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The threads that make pixels. */
class DecodersTest {
    /** In /proc/PID/stat behind the name in brackets, which may hold blanks. */
    private static final int NICE = 16;

    @Test
    void eachTaskRunsOnce() throws IOException {
        Queue<Integer> ran = new ConcurrentLinkedQueue<>();
        Decoders.each(100, ran::add);
        assertThat(ran)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).boxed().toList());
    }

    @Test
    void theLowestFaultIsThrownWhoeverWasFirst() {
        assertThatThrownBy(() -> Decoders.each(50, i -> {
                    if (i >= 3) {
                        throw new IOException("image " + i);
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("image 3");
    }

    /** Where there are too few processors for both, a step does not wait for the batch behind it. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theyStandBackFromThreadsThatCompute() throws IOException {
        Decoders.each(1, i -> {});
        List<Integer> decoders = niceness("decoder");
        assertThat(decoders).isNotEmpty();
        int ours = niceness(Path.of("/proc/self/stat"));
        assertThat(decoders).allSatisfy(nice -> assertThat(nice).isEqualTo(Math.min(19, ours + 3)));
    }

    private static List<Integer> niceness(String name) throws IOException {
        List<Integer> out = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.toList()) {
                Path stat = thread.resolve("stat");
                if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
                    out.add(niceness(stat));
                }
            }
        }
        return out;
    }

    private static int niceness(Path stat) throws IOException {
        String text = Files.readString(stat);
        return Integer.parseInt(text.substring(text.lastIndexOf(')') + 2).split(" ", -1)[NICE]);
    }
}
