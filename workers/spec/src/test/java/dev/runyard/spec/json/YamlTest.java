package dev.runyard.spec.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.runyard.spec.InvalidSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTest {
    @Test
    void scalarsMeanWhatJsonMeans() {
        assertThat(Json.yaml("""
                a: 1e-3
                b: no
                c: 1:30
                d: 010
                e: "12"
                f: 0.5
                g: true
                h: ~
                i: 2020-01-01
                j: [1, -2, +3]
                k: 99999999999
                l: |
                  two
                  lines
                m: .5
                """).toString())
                .isEqualTo(
                        "{\"a\":0.001,\"b\":\"no\",\"c\":\"1:30\",\"d\":10,\"e\":\"12\",\"f\":0.5,\"g\":true,\"h\":null,"
                                + "\"i\":\"2020-01-01\",\"j\":[1,-2,3],\"k\":99999999999,\"l\":\"two\\nlines\\n\",\"m\":0.5}");
    }

    @Test
    void byteOrderMarksAndWindowsLinesAreFine() {
        assertThat(Json.yaml("\uFEFFa: 1\r\nb:\r\n  c: 2\r\n").toString()).isEqualTo("{\"a\":1,\"b\":{\"c\":2}}");
        assertThat(Json.yaml("\uFEFF{\"a\": 1}").toString()).isEqualTo("{\"a\":1}");
        assertThat(Json.yaml("---\na: 1\n...\n").toString()).isEqualTo("{\"a\":1}");
    }

    @Test
    void anchorsAreCopied() {
        assertThat(Json.yaml("a: &x [1, 2]\nb: *x\nc: *x").toString())
                .isEqualTo("{\"a\":[1,2],\"b\":[1,2],\"c\":[1,2]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: 1\\n\\tb: 2 | line 2, column 1 | tab",
                "a:\\n\\t- 2 | line 2, column 1 | tab",
                "a: !!java.net.URL ['x'] | line 1, column 4 | tags",
                "a: !x 1 | line 1, column 4 | tags",
                "a: !!str 1 | line 1, column 4 | tags",
                "a: 1\\na: 2 | line 2, column 1 | twice",
                "{a: 1, a: 2} | line 1, column 8 | twice",
                "{\"a\": 1, \"a\": 2} | line 1, column 10 | twice",
                "a: [1, 2 | line 1 | expected",
                "a: b: c | line 1, column 5 | mapping",
                "a: *x | line 1, column 4 | anchor",
                "a: &x [*x] | line 1, column 8 | anchor",
                "a: 1\\n---\\nb: 2 | line 3, column 1 | second",
                "<<: {a: 1} | line 1, column 1 | merge",
                "[1]: 2 | line 1, column 1 | key",
                "just text | line 1, column 1 | map",
                "'' | YAML | empty",
                "'# only a comment' | YAML | empty",
                "a: \\0 | YAML | special",
            })
    void faultsAreNamedWithTheirPlace(String text, String place, String word) {
        String real = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\0", "\0");
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Json.yaml(real));
        assertThat(e).as(text).isNotNull();
        assertThat(e.code()).isEqualTo("BAD_YAML");
        assertThat(e.getMessage())
                .contains(place)
                .contains(word)
                .doesNotContain("\n")
                .doesNotContain("snakeyaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2: 1\nhunter2: 2",
                "a: hunter2: 3",
                "password = hunter2",
                "a: *hunter2",
                "a: !hunter2 3",
                "a: !!hunter2/x 3",
                "%hunter2\na: 1",
                "a: 'hunter2",
                "a: \"hunter2 \\q\"",
                "a: \"\\xhunter2\"",
                "a: |hunter2\n  b",
                "a: [hunter2",
                "a: @hunter2",
                "- a\nhunter2",
                "a: 1\n---\nhunter2: 2",
                "root:*:hunter2",
                "-----BEGIN KEY-----\nhunter2\n\t=hunter2",
            })
    void nothingOfTheTextIsRepeated(String text) {
        assertThatThrownBy(() -> Json.yaml(text))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("YAML")
                .hasMessageNotContainingAny("hunter", "unter2");
    }

    @Test
    void bombsAreStopped() {
        StringBuilder laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            laughs.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1)));
        }
        assertThatThrownBy(() -> Json.yaml(laughs.toString())).isInstanceOf(InvalidSpec.class);
        assertThatThrownBy(() -> Json.yaml("a: " + "[".repeat(100_000))).isInstanceOf(InvalidSpec.class);
        assertThatThrownBy(() -> Json.yaml("a: " + "[".repeat(60) + "]".repeat(60)))
                .isInstanceOf(InvalidSpec.class);
        assertThatThrownBy(() -> Json.yaml("a: " + "x".repeat(1_000_000)))
                .isInstanceOfSatisfying(
                        InvalidSpec.class, e -> assertThat(e.code()).isEqualTo("TOO_LARGE"));
        assertThatThrownBy(() -> Json.yaml("a: &x 1\nb: [" + "*x, ".repeat(101) + "]"))
                .hasMessageContaining("aliases");
    }
}
