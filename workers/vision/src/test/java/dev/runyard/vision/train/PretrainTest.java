package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.spec.run.Task;
import dev.runyard.spec.training.Augment;
import dev.runyard.spec.training.ClipSpec;
import dev.runyard.spec.training.DinoSpec;
import dev.runyard.spec.training.OptimizerSpec;
import dev.runyard.spec.training.OptimizerSpec.Kind;
import dev.runyard.spec.training.PretrainSpec;
import dev.runyard.spec.training.PretrainSpec.Objective;
import dev.runyard.spec.training.ScheduleSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.vit.VitShape.Naming;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.text.TextTower;
import dev.runyard.vision.text.TokenizerFiles;
import dev.runyard.vision.train.input.TrainingOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole pretrainings of tiny backbones: resumed they are the same, and what they write is read as any other. */
class PretrainTest {
    private static final long STEPS = 10; // 2 epochs of 5

    @TempDir
    Path dir;

    private static RunSpec spec(Objective objective) {
        return new RunSpec(
                Task.PRETRAIN,
                new DatasetSpec("shapes", null, null, 50, 10),
                null,
                null,
                null,
                new OptimizerSpec(Kind.ADAMW, 0.005, null, 0.05, null, null, null),
                new ScheduleSpec(2, 0, 0.0),
                10,
                Augment.RESIZED_CROP,
                5L,
                null,
                new PretrainSpec(
                        32,
                        8,
                        16,
                        2,
                        2,
                        objective,
                        objective == Objective.CLIP ? new ClipSpec(8, 8, 1, 2, 24, 30, null) : null,
                        objective == Objective.DINO
                                ? new DinoSpec(16, 8, 4, 1, 16, null, null, null, null, null)
                                : null),
                null);
    }

    private Recorder train(Objective objective, String folder, Recorder recorder) {
        new Training(spec(objective), dir.resolve(folder), TrainingOptions.cpu(dir.resolve("cache"))).run(recorder);
        return recorder;
    }

    @ParameterizedTest
    @EnumSource(Objective.class)
    void resumedBitForBit(Objective objective) throws IOException {
        Recorder whole = train(objective, "whole", new Recorder());
        assertThat(whole.step).isEqualTo(STEPS);
        assertThat(whole.metrics.get("train/loss")).hasSize((int) STEPS);
        Map<String, Map<Long, Double>> parts = new TreeMap<>();
        for (long stop : new long[] {3, 5, Long.MAX_VALUE}) {
            Recorder part = train(objective, "parts", new Recorder(stop, Order.PAUSE));
            part.metrics.forEach((key, values) ->
                    parts.computeIfAbsent(key, k -> new TreeMap<>()).putAll(values));
        }
        assertThat(parts).isEqualTo(new TreeMap<>(whole.metrics));
        for (String name : whole.artifacts.keySet()) {
            assertThat(dir.resolve("parts").resolve(name))
                    .hasSameBinaryContentAs(dir.resolve("whole").resolve(name));
        }
        FrozenBackbone backbone =
                FrozenBackbone.open(dir.resolve("whole/backbone").toString());
        assertThat(backbone.shape().imageSize()).isEqualTo(32);
        backbone.close();
    }

    /** The written towers, read as those of any CLIP, give the scores that the last validation saw. */
    @Test
    void clipIsReadWithItsTexts() throws IOException {
        Recorder recorder = train(Objective.CLIP, "clip", new Recorder());
        assertThat(recorder.artifacts)
                .containsOnlyKeys(
                        "predictions.safetensors",
                        "backbone/weights.safetensors",
                        "backbone/config.json",
                        "backbone/merges.txt");
        assertThat(recorder.metrics.get("test/top1")).containsOnlyKeys(STEPS);
        Path folder = dir.resolve("clip/backbone");
        FrozenBackbone images = FrozenBackbone.open(folder.toString());
        assertThat(images.shape().naming()).isEqualTo(Naming.OPENAI_CLIP);
        assertThat(images.shape().embedding()).isEqualTo(8);
        assertThat(images.logitScale()).isPresent();
        assertThat(images.logitScale().orElseThrow()).isCloseTo(Math.log(1 / 0.07), within(0.2));
        try (TextTower texts = TextTower.read(folder.resolve("weights.safetensors"), folder.resolve("config.json"));
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            long[][] ids = TokenizerFiles.beside(folder, texts.shape().vocabulary())
                    .encode(
                            List.of("This is a photo of a circle"),
                            texts.shape().context());
            assertThat(texts.encode(ids).getShape().getShape()).containsExactly(1, 8);
            NDArray pixels = Torch.floats(manager, new float[3 * 32 * 32], 1, 3, 32, 32);
            assertThat(images.encode(pixels, null, false).embedding().toFloatArray())
                    .hasSize(8);
        } finally {
            images.close();
        }
    }

    @Test
    void dinoWritesItsHeadAndKnowsNoClasses() throws IOException {
        Recorder recorder = train(Objective.DINO, "dino", new Recorder());
        assertThat(recorder.metrics).containsOnlyKeys("system/parameters", "train/loss", "train/lr");
        try (Safetensors head = Safetensors.open(dir.resolve("dino/backbone/head.safetensors"))) {
            assertThat(head.tensors().keySet())
                    .containsExactlyInAnyOrder(
                            "mlp.0.weight",
                            "mlp.0.bias",
                            "mlp.2.weight",
                            "mlp.2.bias",
                            "mlp.4.weight",
                            "mlp.4.bias",
                            "last_layer.weight_g",
                            "last_layer.weight_v");
        }
    }
}
