package dev.runyard.cli.project;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runyard.cli.StubLab;
import dev.runyard.cli.StubLab.Answer;
import dev.runyard.cli.StubLab.Asked;
import dev.runyard.cli.Typed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a project keeps of files, shown and said anew. */
final class RetentionCommandTest {
    @TempDir
    Path folder;

    @Test
    void whatNoOptionNamesStaysAndWhatTheLabRefusesIsSaid() throws Exception {
        try (StubLab lab = new StubLab()) {
            lab.on("GET projects/birds/retention", "{\"last\":5,\"best\":3,\"deletedDays\":90}");
            lab.on("PUT projects/birds/retention", "{\"last\":5,\"best\":0}");

            Typed shown = typed(lab, Map.of("RUNYARD_PROJECT", "birds"));
            assertThat(shown.exit()).as(shown.err()).isZero();
            assertThat(shown.out()).containsPattern("birds +5 +3 +90 days");
            assertThat(lab.asked()).extracting(Asked::method).containsOnly("GET");

            Typed changed = typed(lab, Map.of(), "birds", "--best", "0", "--deleted-days", "lab");
            assertThat(changed.exit()).as(changed.err()).isZero();
            assertThat(changed.out()).containsPattern("birds +5 +0 +as the lab is set");
            List<Asked> puts = lab.asked().stream()
                    .filter(asked -> asked.method().equals("PUT"))
                    .toList();
            assertThat(puts).hasSize(1);
            JsonNode sent = new ObjectMapper().readTree(puts.get(0).body());
            assertThat(sent).isEqualTo(new ObjectMapper().readTree("{\"last\":5,\"best\":0}"));

            Typed unread = typed(lab, Map.of(), "birds", "--deleted-days", "soon");
            assertThat(unread.exit()).isEqualTo(2);
            assertThat(unread.err()).contains("--deleted-days is \"soon\"").contains("a number of days, or lab");

            lab.on(
                    "PUT projects/birds/retention",
                    Answer.json(
                            422,
                            "{\"status\":422,\"code\":\"OUT_OF_RANGE\",\"field\":\"last\",\"value\":\"0\","
                                    + "\"detail\":\"last: 0 must lie in [1, 100].\"}"));
            Typed refused = typed(lab, Map.of(), "birds", "--last", "0");
            assertThat(refused.exit()).isNotZero();
            assertThat(refused.err()).contains("must lie in [1, 100]");
        }
    }

    private Typed typed(StubLab lab, Map<String, String> settings, String... arguments) throws Exception {
        Map<String, String> all = new java.util.HashMap<>(settings);
        all.put("RUNYARD_URL", lab.url());
        String[] command = new String[arguments.length + 1];
        command[0] = "retention";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return Typed.run(folder, all, command);
    }
}
