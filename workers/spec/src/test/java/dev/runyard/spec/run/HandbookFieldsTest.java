package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.runyard.spec.Kind;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.model.MethodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The handbook's table of fields is whole: who reads it alone misses nothing. Those of pretraining have a page of their own. */
class HandbookFieldsTest {
    private static String section() throws IOException {
        String page = Files.readString(Path.of("../../deploy/docs/sweeps.md"));
        int from = page.indexOf("## Fields of a run");
        return page.substring(from, page.indexOf("\n## ", from));
    }

    @Test
    void everyFieldIsListed() throws IOException {
        String section = section();
        Set<String> missing = new TreeSet<>(RunFields.paths());
        missing.removeIf(path -> path.startsWith("pretrain.")
                || section.contains("`" + path + "`")
                || RunFields.paths().stream().anyMatch(inner -> inner.startsWith(path + ".")));
        assertThat(missing).isEmpty();
    }

    @Test
    void everyChoiceIsListed() throws IOException {
        String section = section();
        Set<String> missing = new TreeSet<>();
        Kind.of(MethodSpec.class).forEach(kind -> missing.add(kind.name()));
        for (String path : RunFields.paths()) {
            Class<?> type = RunFields.require(path, Json.mapper().nullNode()).type();
            if (type.isEnum() && !path.startsWith("pretrain.")) {
                Arrays.stream(type.getFields())
                        .filter(field -> field.isEnumConstant() && field.isAnnotationPresent(JsonProperty.class))
                        .forEach(field -> missing.add(
                                field.getAnnotation(JsonProperty.class).value()));
            }
        }
        assertThat(missing).hasSizeGreaterThan(30);
        missing.removeIf(choice -> section.contains("`" + choice + "`"));
        assertThat(missing).isEmpty();
    }
}
