package dev.runyard.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.text.Normalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "eurosat-prompts",
                "a",
                "Größe 7",
                "实验",
                "🧪 try",
                "a/b",
                "x;y",
                "CON",
                "v1.",
                "#1 (b)",
                "🫠 melt",
                "می\u200Cخواهم",
                "👩\u200D🔬",
                "eurosat 10%",
                "100 % sure",
                "50%decay",
                "10%base",
                "\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62\uDB40\uDC65\uDB40\uDC6E\uDB40\uDC67\uDB40\uDC7F",
                "\u2764\uFE0F v2",
                "\uD83C\uDDEF\uD83C\uDDF5",
                "\u05D0\u05D1 1",
                "\u0939\u093F\u0928\u094D\u200D\u0926\u0940",
                "\uD83E\uDEDF"
            })
    void labelsAreFree(String name) {
        assertThat(Names.check("name", name)).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " a",
                "a ",
                "../x",
                "a/../b",
                "..",
                "/abs",
                "abs/",
                "a//b",
                "a\\b",
                "%2e",
                "%2Fx",
                "a%5Cb",
                "a%00",
                "a\u200Eb",
                "a\u2060b",
                "a\u200C",
                "\u200Da",
                "a\u00ADb",
                "a\u061Cb",
                "a\uFFFFb",
                "-x",
                "--help",
                "a\u0000b",
                "a\nb",
                "a\tb",
                "a\u0007",
                "a\u202Eb",
                "a\u2066b",
                "a\u200Bb",
                "\uFEFFa",
                "\uD800",
                "a\u2028b",
                "\uE000",
                "a\u0085b"
            })
    void othersAreRefusedVisibly(String name) {
        InvalidSpec e = catchThrowableOfType(InvalidSpec.class, () -> Names.check("name", name));
        assertThat(e).as(name).isNotNull();
        assertThat(e.code()).isEqualTo("BAD_NAME");
        assertThat(e.field()).isEqualTo("name");
        assertThat(e.getMessage().codePoints())
                .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }

    @Test
    void lengthIsCountedInCharacters() {
        assertThat(Names.check("name", "🧪".repeat(200))).hasSize(400);
        assertThat(catchThrowableOfType(InvalidSpec.class, () -> Names.check("name", "a".repeat(201)))
                        .rule())
                .contains("200");
    }

    @Test
    void twinsBecomeOne() {
        String nfd = Normalizer.normalize("Größe", Normalizer.Form.NFD);
        assertThat(nfd).isNotEqualTo("Größe");
        assertThat(Names.check("name", nfd)).isEqualTo("Größe");
        assertThat(Names.metric("key", nfd)).isEqualTo("Größe");
    }

    @Test
    void metricKeysHaveBytes() {
        assertThat(Names.metric("key", "val/top1")).isEqualTo("val/top1");
        assertThat(Names.metric("key", "/odd//but/")).isEqualTo("/odd//but/");
        assertThat(Names.metric("key", "acc %")).isEqualTo("acc %");
        assertThat(Names.metric("key", "k".repeat(250))).hasSize(250);
        for (String bad : new String[] {"", "k".repeat(251), "ä".repeat(126), "a\u0000", "a\u202Eb"}) {
            assertThat(catchThrowableOfType(InvalidSpec.class, () -> Names.metric("key", bad))
                            .code())
                    .isEqualTo("BAD_NAME");
        }
    }
}
