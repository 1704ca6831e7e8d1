package dev.runyard.service.run.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.runyard.service.metric.Goal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FilterCompletionTest {
    private static final KeysView KEYS = new KeysView(
            3,
            List.of(
                    new KeysView.Param(
                            "method.kind",
                            KeysView.Type.TEXT,
                            3,
                            2,
                            true,
                            List.of(new TextNode("pgn"), new TextNode("it's"))),
                    new KeysView.Param(
                            "seed", KeysView.Type.NUMBER, 3, 2, true, List.of(new IntNode(1), new IntNode(2)))),
            List.of(
                    new KeysView.Metric("val/top1", 3, Goal.MAX, "%", 2),
                    new KeysView.Metric("odd name", 3, null, "", 4)),
            List.of(new KeysView.Tag("paper", 1)));

    private static List<String> at(String text) {
        return FilterCompletion.of(text, text.length(), KEYS).choices().stream()
                .map(FilterCompletion.Choice::text)
                .toList();
    }

    @Test
    void fieldsFirstThenWhatComparesThenValuesThenHowItGoesOn() {
        assertThat(at(""))
                .contains("params.method.kind", "metrics.val/top1.best", "tags.paper", "state", "`metrics.odd name`");
        assertThat(at("meth")).containsExactly("params.method.kind");
        assertThat(at("params.method.kind ")).contains("=", "in (", "is null");
        assertThat(at("params.method.kind = ")).containsExactly("'pgn'", "'it\\'s'");
        assertThat(at("params.method.kind = 'p")).containsExactly("'pgn'");
        assertThat(at("params.seed in (1, ")).containsExactly("1", "2");
        assertThat(at("state = FIN")).containsExactly("FINISHED");
        assertThat(at("state = FINISHED ")).containsExactly("and", "or");
        assertThat(at("(state = FINISHED) a")).containsExactly("and");
        assertThat(at("state = FINISHED and not se")).contains("params.seed");
        assertThat(at("starred = ")).containsExactly("true", "false");
        assertThat(at("pinn")).containsExactly("pinned");
        assertThat(at("pinned = ")).containsExactly("true", "false");
    }

    @Test
    void aChoiceTakesThePlaceOfTheWholeWord() {
        FilterCompletion middle = FilterCompletion.of("state = FIN and name ~ x", 10, KEYS);
        assertThat(middle.from()).isEqualTo(8);
        assertThat(middle.to()).isEqualTo(11);
    }

    @Test
    void whateverIsTypedIsAnswered() {
        Random random = new Random(3);
        String signs = "ab.= ()'\"`~!<>,\\ innotandor\t";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(signs.charAt(random.nextInt(signs.length())));
            }
            int place = random.nextInt(text.length() + 1);
            assertThatCode(() -> FilterCompletion.of(text.toString(), place, KEYS))
                    .as(text.toString())
                    .doesNotThrowAnyException();
        }
    }
}
