package dev.runyard.spec.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every course of up to ten checkpoints, thinned after each as a worker and the lab do. */
class RetentionTest {
    @Test
    void theLastTwoAndTheBestStayWhateverCame() {
        for (int length = 0; length <= 10; length++) {
            for (int course = 0; course < 1 << length; course++) {
                int bests = course;
                List<Integer> all = new ArrayList<>();
                List<Integer> kept = new ArrayList<>();
                for (int step = 0; step < length; step++) {
                    all.add(0, step);
                    kept.add(0, step);
                    kept.removeAll(Retention.spare(List.copyOf(kept), s -> (bests >> s & 1) == 1));
                    List<Integer> wanted = new ArrayList<>(all.subList(0, Math.min(2, all.size())));
                    all.stream()
                            .filter(s -> (bests >> s & 1) == 1)
                            .findFirst()
                            .filter(s -> !wanted.contains(s))
                            .ifPresent(wanted::add);
                    assertThat(kept).as("course %s, step %s", course, step).isEqualTo(wanted);
                }
            }
        }
    }

    /** As many of each as a project says. */
    @Test
    void asManyOfTheLastAndOfTheBestStayAsIsSaid() {
        for (int last = 1; last <= 3; last++) {
            for (int best = 0; best <= 3; best++) {
                for (int course = 0; course < 1 << 8; course++) {
                    int bests = course;
                    List<Integer> all = new ArrayList<>();
                    List<Integer> kept = new ArrayList<>();
                    for (int step = 0; step < 8; step++) {
                        all.add(0, step);
                        kept.add(0, step);
                        kept.removeAll(Retention.spare(List.copyOf(kept), last, best, s -> (bests >> s & 1) == 1));
                    }
                    List<Integer> wanted = new ArrayList<>(all.subList(0, last));
                    all.stream()
                            .filter(s -> (bests >> s & 1) == 1)
                            .limit(best)
                            .filter(s -> !wanted.contains(s))
                            .forEach(wanted::add);
                    assertThat(kept)
                            .as("course %s, last %s, best %s", course, last, best)
                            .isEqualTo(wanted);
                }
            }
        }
    }
}
