package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.model.BackboneSpec;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.TextMethod;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.StoredBackbone;
import dev.runyard.vision.backbone.weights.WeightsException;
import dev.runyard.vision.method.Method.Sizes;
import dev.runyard.vision.nd.GradientPressure;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Tensors;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.text.TextTower;
import dev.runyard.vision.text.Tokenizer;
import dev.runyard.vision.text.TokenizerFiles;
import dev.runyard.vision.train.optim.Sgd;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On the shipped CLIP: what CoOp and CoCoOp read is what the text tower reads, and only what a method has of its own learns. */
class LearnedWordsTest {
    private static final String CLIP = "small-clip";
    private static final List<String> NAMES = List.of("circle", "red_square", "star");
    private static final int IMAGES = 4;
    private static final int M = 4;

    private NDManager manager = Torch.manager();
    private NDScope scope;

    @BeforeEach
    void engine() throws IOException {
        Torch.enter();
        Torch.threads(1);
        // What is opened within a scope ends with it, for everybody who shares it.
        FrozenBackbone.shared(CLIP);
        FrozenBackbone.shared("small-vit");
        scope = new NDScope();
        scope.suppressNotUsedWarning();
    }

    @AfterEach
    void close() {
        scope.close();
        manager.close();
    }

    private static RunSpec spec(MethodSpec method, String weights) {
        return new RunSpec(
                null,
                new DatasetSpec("shapes", null, null, null, null),
                new BackboneSpec(weights, null, null, null),
                method,
                new ClassifierSpec(ClassifierSpec.Kind.TEXT, null),
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    private static Model model(MethodSpec method) throws IOException {
        return Models.of(spec(method, CLIP), FrozenBackbone.shared(CLIP), NAMES);
    }

    private NDArray embeddings() throws IOException {
        int d = FrozenBackbone.shared(CLIP).shape().embedding();
        float[] values = new float[IMAGES * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(1 + 0.7 * i);
        }
        return Torch.floats(manager, values, IMAGES, d);
    }

    /** Words that are learned stand where those of a sentence stand: with a sentence's own, it is that sentence. */
    @Test
    void theWordsOfASentenceGiveTheSentence() throws IOException {
        NDArray unit = embeddings().normalize(2, 1);
        try (StoredBackbone stored = StoredBackbone.open(CLIP);
                TextTower tower = TextTower.read(stored.weights(), stored.config())) {
            Tokenizer tokenizer =
                    TokenizerFiles.beside(stored.folder(), tower.shape().vocabulary());
            int context = tower.shape().context();
            List<String> sentences = List.of("a photo of a circle.", "a photo of a red square.", "a photo of a star.");
            NDArray expected = unit.matMul(tower.encode(tokenizer.encode(sentences, context))
                    .normalize(2, 1)
                    .transpose());
            long[] words = tokenizer.encode("a photo of a");
            long[] bare = Arrays.stream(words)
                    .filter(id -> id != tokenizer.start() && id != tokenizer.end())
                    .toArray();
            NDArray learned = Nn.rows(tower.weights().get("text.token_embed"), Torch.longs(manager, bare, bare.length));
            for (boolean own : new boolean[] {false, true}) {
                try (Model model = model(new TextMethod.CoOp(bare.length, own))) {
                    NDArray into = model.parameters().get("context");
                    long[] shape = into.getShape().getShape();
                    Torch.fill(
                            into,
                            FloatBuffer.wrap(Torch.read(
                                    own ? learned.reshape(1, shape[1], shape[2]).broadcast(shape) : learned)));
                    NDArray scores = model.scores(model.parameters(), embeddings(), false);
                    float[] got = Torch.read(scores);
                    float[] wanted = Torch.read(expected);
                    double scale = Math.exp(tower.logitScale().orElseThrow());
                    for (int i = 0; i < got.length; i++) {
                        assertThat(got[i] / scale).isCloseTo(wanted[i], within(1e-5));
                    }
                }
            }
        }
    }

    /** For each image by itself, CoCoOp is CoOp with the words that its network made of the image. */
    @Test
    void movedWordsAreThoseOfOneImage() throws IOException {
        NDArray embeddings = embeddings();
        try (Model moved = model(new TextMethod.CoCoOp(M));
                Model plain = model(new TextMethod.CoOp(M, false))) {
            Tensors w = moved.parameters();
            float[] all = Torch.read(moved.scores(w, embeddings, false));
            NDArray unit = embeddings.normalize(2, 1);
            NDArray hidden = Nn.relu(Nn.linear(unit, w.get("meta.linear1.weight"), w.get("meta.linear1.bias")));
            NDArray moves = Nn.linear(hidden, w.get("meta.linear2.weight"), w.get("meta.linear2.bias"));
            for (int i = 0; i < IMAGES; i++) {
                NDArray words = w.get("context").add(moves.get(i + ":" + (i + 1)));
                Torch.assign(plain.parameters().get("context"), words);
                float[] one = Torch.read(plain.scores(plain.parameters(), embeddings.get(i + ":" + (i + 1)), false));
                for (int c = 0; c < NAMES.size(); c++) {
                    assertThat(all[i * NAMES.size() + c]).isCloseTo(one[c], within(1e-4f));
                }
            }
        }
    }

    @Test
    void numbersOfParameters() throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared(CLIP);
        int text;
        try (StoredBackbone stored = StoredBackbone.open(CLIP);
                TextTower tower = TextTower.read(stored.weights(), stored.config())) {
            text = tower.shape().width();
        }
        Sizes sizes = Sizes.of(backbone, NAMES.size(), 0, text);
        for (MethodSpec method :
                List.of(new TextMethod.CoOp(null, null), new TextMethod.CoOp(5, true), new TextMethod.CoCoOp(null))) {
            try (Model model = model(method)) {
                assertThat(model.parameters().count())
                        .isEqualTo(Methods.of(method).count(method, sizes));
            }
        }
    }

    static Stream<MethodSpec> onlyTheirOwnPartLearns() {
        return Stream.of(
                new TextMethod.CoOp(M, false),
                new TextMethod.CoOp(M, true),
                new TextMethod.CoCoOp(M),
                new EmbeddingMethod.ClipAdapter(null, null));
    }

    @ParameterizedTest
    @MethodSource
    void onlyTheirOwnPartLearns(MethodSpec method) throws Exception {
        List<Float> calm = losses(method, false);
        assertThat(losses(method, true)).isEqualTo(calm);
        assertThat(calm.get(calm.size() - 1)).isLessThan(0.98f * calm.get(0));
    }

    private List<Float> losses(MethodSpec method, boolean pressure) throws Exception {
        List<Float> losses = new ArrayList<>();
        try (Model model = model(method);
                Sgd sgd = new Sgd(new OptimizerSpec(null, null, 0.9, null), model.parameters())) {
            List<float[]> before = values(model);
            for (int step = 0; step < 30; step++) {
                try (NDManager own = Torch.manager();
                        NDScope inner = new NDScope()) {
                    inner.suppressNotUsedWarning();
                    Tensors leaves = model.parameters().leaves();
                    try (Tape tape = new Tape()) {
                        NDArray scores = model.scores(leaves, embeddings(), true);
                        NDArray targets = Torch.floats(
                                own, Nn.targets(new int[] {0, 1, 2, 1}, NAMES.size()), IMAGES, NAMES.size());
                        NDArray loss = Nn.crossEntropy(scores, targets);
                        if (pressure) {
                            GradientPressure.press();
                        }
                        tape.backward(loss);
                        losses.add(Torch.read(loss)[0]);
                    }
                    sgd.step(model.parameters(), leaves, 0.01);
                }
            }
            List<float[]> after = values(model);
            for (int i = 0; i < before.size(); i++) {
                assertThat(after.get(i)).isNotEqualTo(before.get(i));
            }
            assertThat(model.unchanged()).isTrue();
        }
        return losses;
    }

    private static List<float[]> values(Model model) {
        return model.parameters().byName().values().stream().map(Torch::read).toList();
    }

    @Test
    void whatHasNoTextsIsRefused() {
        assertThatThrownBy(() -> Models.of(
                        spec(new TextMethod.CoOp(null, null), "small-vit"), FrozenBackbone.shared("small-vit"), NAMES))
                .isInstanceOf(WeightsException.class)
                .hasMessageContaining("no text tower");
        assertThatThrownBy(() -> model(new TextMethod.CoOp(256, false)))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("method.contextLength");
        assertThatThrownBy(() -> Models.of(
                        spec(new TextMethod.CoCoOp(null), CLIP),
                        FrozenBackbone.shared(CLIP),
                        List.of("n01440764", "n01443537")))
                .isInstanceOf(InvalidSpec.class)
                .hasMessageContaining("n01440764");
    }
}
