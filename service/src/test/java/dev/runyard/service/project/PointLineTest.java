package dev.runyard.service.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers pass as they were written, and nothing else passes. */
final class PointLineTest {
    private static final String RUN = "0d0c9f6e-5a40-4b59-9d3a-0c8b6d2f1f11";

    @Test
    void numbersKeepTheirDigitsAndAZeroItsSign() throws IOException {
        PointLine line = PointLine.read(line(
                "1", "[1, 2, 3, 4]", "[5, 6, 7, 8]", "[-0, 0.1, \"NaN\", \"-Infinity\"]", "[null, 1e-3, 2, null]"));
        StringBuilder rows = new StringBuilder();
        line.copyTo(rows, 9);
        String of = RUN + "\t9\t1\t\\N\t";
        assertThat(rows.toString().lines())
                .containsExactly(
                        of + "1\t5\t-0\t\\N", of + "2\t6\t0.1\t1e-3", of + "3\t7\tNaN\t2", of + "4\t8\t-Infinity\t\\N");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | [1, 2] | [1] | [1] | [1] | not as many steps as times",
                "1 | ['a'] | [1] | [1] | [1] | no whole number: a",
                "1 | [1.5] | [1] | [1] | [1] | no whole number: 1.5",
                "1 | [1] | [1] | ['7'] | [1] | no number: 7",
                "1 | [1] | [1] | ['nan'] | [1] | no number: nan",
                "1 | [1] | [1] | [null] | [1] | no number: null",
                "1 | [1] | [1] | [[1]] | [1] | no number: [",
                "1 | [1] | [1] | 1 | [1] | no list of value",
                "'x' | [1] | [1] | [1] | [1] | no whole number: x",
                "null | [1] | [1] | [1] | [1] | no whole number: null"
            },
            quoteCharacter = '"')
    void nothingButNumbersPasses(
            String attempt, String steps, String times, String values, String epochs, String said) {
        assertThatThrownBy(() -> PointLine.read(
                        line(attempt, steps, times, values, epochs).replace('\'', '"')))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(said);
    }

    @Test
    void aLineWithoutARowOrARunIsNone() {
        assertThatThrownBy(() -> PointLine.read(PointLine.PREFIX + "}")).hasMessage("has no row");
        assertThatThrownBy(() -> PointLine.read(PointLine.PREFIX + ",\"row\":{}}"))
                .hasMessageContaining("run_id");
        assertThatThrownBy(() -> PointLine.read(PointLine.PREFIX + ",\"row\":{\"run_id\":\"x\\t1\"}}"))
                .hasMessageContaining("no id in run_id");
    }

    private static String line(String attempt, String steps, String times, String values, String epochs) {
        return PointLine.PREFIX + ",\"row\":{\"run_id\":\"" + RUN + "\",\"key\":\"loss\",\"attempt\":" + attempt
                + ",\"superseded_by\":null,\"step\":" + steps + ",\"time\":" + times + ",\"value\":" + values
                + ",\"epoch\":" + epochs + "}}";
    }
}
