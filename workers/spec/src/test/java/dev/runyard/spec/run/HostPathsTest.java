package dev.runyard.spec.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.Doc;
import dev.runyard.spec.Kind;
import dev.runyard.spec.json.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class HostPathsTest {
    private final Set<String> seen = new TreeSet<>();

    @Test
    void everyFieldWhoseTextSpeaksOfTheWorkersMachineIsMarked() {
        Set<String> told = new TreeSet<>();
        told(RunSpec.class, "", told);
        assertThat(told).hasSizeGreaterThan(6).isEqualTo(HostPaths.fields());
    }

    @Test
    void aRunsPathsAreChangedAndNothingElse() {
        ObjectNode run = Json.yaml("""
                dataset: {id: union, parts: [{id: dtd, root: a}, {id: eurosat, root: b}]}
                backbone: {weights: small-vit}
                method: {kind: pgn, net: resnet18, netWeights: c.safetensors}
                classifier: {kind: text, features: d}
                evaluations: [{id: dtd, root: e}]
                """);
        ObjectNode changed = HostPaths.change(run, this::marked);
        assertThat(seen).containsExactly("a", "b", "c.safetensors", "d", "e");
        assertThat(changed.at("/dataset/parts/1/root").asText()).isEqualTo("/b");
        assertThat(changed.at("/evaluations/0/root").asText()).isEqualTo("/e");
        assertThat(changed.at("/backbone/weights").asText()).isEqualTo("small-vit");
        assertThat(changed.at("/dataset/parts/0/id").asText()).isEqualTo("dtd");
        assertThat(run.at("/dataset/parts/1/root").asText()).isEqualTo("b");
    }

    @Test
    void aRequestAndASweepAreChangedWhereverTheyHoldOne() {
        HostPaths.change(Json.yaml("spec: {dataset: {id: dtd, root: a}}\nname: root"), this::marked);
        assertThat(seen).containsExactly("a");
        seen.clear();
        ObjectNode sweep = HostPaths.change(Json.yaml("""
                base: {dataset: {id: dtd, root: a}}
                axes:
                  dataset.root: [b, c]
                  backbone.weights: [small-clip, d.safetensors]
                  method.prompts: [1, 2]
                  optimizer.learningRate: {logUniform: [0.1, 1]}
                include:
                  - dataset: {id: dtd, root: e}
                  - classifier.features: f
                """), this::marked);
        assertThat(seen).containsExactly("a", "b", "c", "d.safetensors", "e", "f");
        assertThat(sweep.at("/axes/dataset.root").toString()).isEqualTo("[\"/b\",\"/c\"]");
        assertThat(sweep.at("/axes/backbone.weights/0").asText()).isEqualTo("small-clip");
        assertThat(sweep.at("/include/1/classifier.features").asText()).isEqualTo("/f");
    }

    @Test
    void whatIsNoTextIsLeftForTheReaderToRefuse() {
        ObjectNode odd =
                Json.yaml("{dataset: {id: dtd, root: 5}, backbone: small-vit, axes: 3, evaluations: {root: {}}}");
        assertThat(HostPaths.change(odd, this::marked)).isEqualTo(odd);
        assertThat(seen).isEmpty();
    }

    private String marked(String field, String path) {
        seen.add(path);
        return "/" + path;
    }

    private static void told(Class<?> type, String prefix, Set<String> out) {
        for (RecordComponent component : type.getRecordComponents()) {
            Doc doc = component.getAnnotation(Doc.class);
            if (component.getType() == String.class
                    && doc != null
                    && doc.value().contains("on the worker's machine")) {
                out.add(prefix + component.getName());
            }
            told(component.getGenericType(), prefix + component.getName() + ".", out);
        }
    }

    private static void told(Type type, String prefix, Set<String> out) {
        if (type instanceof ParameterizedType list) {
            told(list.getActualTypeArguments()[0], prefix, out);
        } else if (type instanceof Class<?> known && known.isRecord()) {
            told(known, prefix, out);
        } else if (type instanceof Class<?> known) {
            Kind.of(known).forEach(kind -> told(kind.type(), prefix, out));
        }
    }
}
