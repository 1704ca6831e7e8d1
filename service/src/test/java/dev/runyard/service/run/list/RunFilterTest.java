package dev.runyard.service.run.list;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runyard.service.http.Problem;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunFilterTest {
    private static final StoredKeys KEYS = new StoredKeys() {
        @Override
        public int metric(String key) {
            return 7;
        }

        @Override
        public Map<Integer, List<UUID>> places(String path) {
            return Map.of(3, List.of(new UUID(1, 2)));
        }
    };

    @Test
    void andBindsTighterThanOr() {
        RunFilter filter = RunFilter.parse("name ~ a or step > 3 and not (state = FAILED)");
        assertThat(filter).isInstanceOfSatisfying(RunFilter.Or.class, or -> {
            assertThat(or.parts()).hasSize(2);
            assertThat(or.parts().get(1)).isInstanceOf(RunFilter.And.class);
        });
    }

    @Test
    void aMetricHasASlashAndMayNameItsAggregate() {
        assertThat(RunFilter.parse("metrics.val/top1.best >= 80"))
                .isEqualTo(new RunFilter.Compare(
                        new RunField.Metric("val/top1", RunField.Part.BEST),
                        RunFilter.Comparison.AT_LEAST,
                        new RunFilter.Value("80", false)));
    }

    @Test
    void whatPeopleWriteIsNeverPartOfTheStatement() {
        String evil = "'; drop table run; --";
        RunQuery query = new RunQuery(KEYS)
                .and(RunFilter.parse("name = \"" + evil + "\" and `params." + evil.replace("`", "") + "` = 'x'"));
        assertThat(query.sql("r.id")).doesNotContain("drop");
        assertThat(query.values()).contains(evil);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name ~",
                "= 3",
                "name = 'x",
                "nme = 3",
                "step > abc",
                "step = 1.5",
                "metrics. > 3",
                "metrics.a > NaN",
                "metrics.a > 0x10",
                "metrics.a ~ 3",
                "(name = a",
                "name = a)",
                "name = a name = b",
                "createdAt > yesterday",
                "params.x < abc",
                "name = a; drop table run"
            })
    void whatCannotBeReadIsRefusedWithItsPlace(String text) {
        assertThatThrownBy(() -> RunFilter.parse(text))
                .isInstanceOfSatisfying(
                        Problem.class, p -> assertThat(p.status()).isEqualTo(422));
    }

    @Test
    void depthAndSizeAreBounded() {
        for (String text : new String[] {
            "(".repeat(3_000) + "name = a" + ")".repeat(900),
            "not ".repeat(900) + "name = a",
            "name = a" + " and name = a".repeat(70),
            "name = " + "a".repeat(13_000)
        }) {
            assertThatThrownBy(() -> RunFilter.parse(text)).isInstanceOf(Problem.class);
        }
    }

    /** No text, however mixed up, is read into anything but a filter or a refusal. */
    @Test
    void whateverIsAskedIsAFilterOrARefusal() {
        java.util.Random random = new java.util.Random(4);
        String[] words = {
            "name",
            "params.a",
            "metrics.val/top1",
            "=",
            "!=",
            "~",
            "=~",
            "in",
            "(",
            ")",
            ",",
            "not",
            "and",
            "or",
            "is",
            "null",
            "'x'",
            "\"",
            "`",
            "1",
            "like",
            "tags.b",
            "starred",
            "true",
            "id",
            "<",
            ">="
        };
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(9); n >= 0; n--) {
                text.append(words[random.nextInt(words.length)]).append(random.nextInt(4) == 0 ? "" : " ");
            }
            try {
                RunQuery query = new RunQuery(KEYS).and(RunFilter.parse(text.toString()));
                for (String sql : new String[] {query.sql("r.id"), query.sqlOfEach("r.id")}) {
                    assertThat(sql.chars().filter(c -> c == '?').count())
                            .as(text + " → " + sql)
                            .isEqualTo(query.values().size());
                    assertThat(sql).doesNotContain("{has").doesNotContain("{of").doesNotContain("{id");
                }
                read++;
            } catch (dev.runyard.service.http.Problem e) {
                assertThat(e.status()).isEqualTo(422);
            }
        }
        assertThat(read).isGreaterThan(500);
    }
}
