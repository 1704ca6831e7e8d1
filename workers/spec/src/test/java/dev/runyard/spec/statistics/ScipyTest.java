package dev.runyard.spec.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every test equals scipy's, and Holm's correction statsmodels', to 1e-10: {@code scipy.json} holds what they found. */
final class ScipyTest {
    private static final double NEAR = 1e-10;
    private static JsonNode cases;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = Objects.requireNonNull(ScipyTest.class.getResourceAsStream("/statistics/scipy.json"))) {
            cases = new ObjectMapper().readTree(in);
        }
    }

    private static double[] values(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static void close(double found, JsonNode expected) {
        double wanted = expected.asDouble();
        assertThat(Math.abs(found - wanted))
                .as("%s and not %s", wanted, found)
                .isLessThanOrEqualTo(NEAR * Math.max(1, Math.abs(wanted)));
    }

    private static void same(Tested found, JsonNode expected) {
        close(found.statistic(), expected.path("t"));
        close(found.df(), expected.path("df"));
        close(found.p(), expected.path("p"));
    }

    @Test
    void studentsT() {
        assertThat(cases.path("paired")).hasSizeGreaterThan(20);
        cases.path("paired").forEach(c -> same(StudentT.paired(values(c.path("x")), values(c.path("y"))), c));
        cases.path("welch").forEach(c -> same(StudentT.welch(values(c.path("x")), values(c.path("y"))), c));
        cases.path("interval")
                .forEach(c -> close(
                        StudentT.halfWidth(c.path("std").asDouble(), c.path("n").asInt(), 0.95), c.path("half")));
    }

    @Test
    void wilcoxonsSignedRanks() {
        assertThat(cases.path("wilcoxon")).hasSizeGreaterThan(40);
        cases.path("wilcoxon").forEach(c -> {
            Tested found = SignedRank.of(values(c.path("d")));
            close(found.statistic(), c.path("w"));
            close(found.p(), c.path("p"));
        });
    }

    @Test
    void holmsCorrection() {
        cases.path("holm").forEach(c -> {
            double[] found = Holm.adjust(values(c.path("p")));
            double[] wanted = values(c.path("adjusted"));
            assertThat(found).hasSameSizeAs(wanted);
            for (int i = 0; i < found.length; i++) {
                assertThat(Math.abs(found[i] - wanted[i])).isLessThanOrEqualTo(NEAR);
            }
        });
    }

    @Test
    void whatCannotBeTestedIsRefused() {
        double[] same = {1, 2, 3};
        assertThatThrownBy(() -> StudentT.paired(same, new double[] {0, 1, 2})).hasMessageContaining("do not vary");
        assertThatThrownBy(() -> StudentT.paired(same, new double[] {1})).hasMessageContaining("one size");
        assertThatThrownBy(() -> StudentT.welch(new double[] {1}, same)).hasMessageContaining("no spread");
        assertThatThrownBy(() -> StudentT.welch(new double[] {1, 1}, new double[] {2, 2}))
                .hasMessageContaining("neither sample varies");
        double[] tenths = {0.1, 0.1, 0.1}; // whose mean in floating point is not 0.1
        assertThatThrownBy(() -> StudentT.paired(tenths, new double[3])).hasMessageContaining("do not vary");
        assertThatThrownBy(() -> StudentT.welch(tenths, new double[] {0.7, 0.7, 0.7}))
                .hasMessageContaining("neither sample varies");
        assertThatThrownBy(() -> SignedRank.of(same, same)).hasMessageContaining("no pair differs");
    }
}
