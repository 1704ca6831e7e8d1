package dev.runyard.vision.backbone.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.model.BackboneSpec.Precision;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.nd.GradientPressure;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fused encoder in fp32 is the reference, and in either precision the same bits whoever computed before. */
class FusedEncoderTest {
    private static final int IMAGES = 3;
    private static final int PROMPTS = 4;

    @BeforeEach
    void oneThread() {
        Torch.enter();
        Torch.threads(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"small-vit", "small-clip", "small-dino"})
    void shippedBackbonesAreAsOperationByOperation(String name) throws IOException {
        sameAsReference(FrozenBackbone.shared(name));
    }

    /** Every naming, both activations, with and without projection, norm in front, and bias of the patches. */
    @ParameterizedTest
    @ValueSource(strings = {"openai-clip", "hf-clip", "hf-clip-gelu", "timm-vit", "torchvision-vit", "dino-vit"})
    void everyLayoutIsAsOperationByOperation(String name) throws IOException {
        try (FrozenBackbone backbone =
                FrozenBackbone.open(new Golden(name).file("weights.safetensors").toString())) {
            sameAsReference(backbone);
        }
    }

    private static void sameAsReference(FrozenBackbone backbone) {
        try (Encoder fused = fused(backbone, Precision.FP32);
                Encoder reference = new OpByOpEncoder(backbone.transformer(), backbone.weights())) {
            for (Kind kind : Kind.values()) {
                List<Step> expected = steps(reference, backbone.shape(), kind, 4, false);
                List<Step> got = steps(fused, backbone.shape(), kind, 4, false);
                for (int i = 0; i < 4; i++) {
                    String what = kind + ", step " + i;
                    Golden.assertRelativeToMax(
                            what + ", embedding",
                            expected.get(i).embedding(),
                            got.get(i).embedding(),
                            1e-5);
                    Golden.assertRelativeToMax(
                            what + ", prompts",
                            expected.get(i).prompts(),
                            got.get(i).prompts(),
                            5e-5);
                    Golden.assertRelativeToMax(
                            what + ", pixels",
                            expected.get(i).pixels(),
                            got.get(i).pixels(),
                            5e-5);
                }
            }
        }
    }

    /** What a call leaves behind in the module must not show in the next: a resumed run begins with a new one. */
    @ParameterizedTest
    @ValueSource(strings = {"FP32", "BF16"})
    void aWarmModuleGivesTheBitsOfANewOne(Precision precision) throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared("small-clip");
        for (Kind kind : Kind.values()) {
            try (Encoder warm = fused(backbone, precision)) {
                List<Step> first = steps(warm, backbone.shape(), kind, 4, false);
                List<Step> again = steps(warm, backbone.shape(), kind, 4, false);
                try (Encoder other = fused(backbone, precision)) {
                    List<Step> fresh = steps(other, backbone.shape(), kind, 4, false);
                    for (int i = 0; i < 4; i++) {
                        assertEqual(kind + ", step " + i, first.get(i), again.get(i));
                        assertEqual(kind + ", step " + i, first.get(i), fresh.get(i));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FP32", "BF16"})
    void trainingAndEvaluationTakeTurns(Precision precision) throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared("small-vit");
        try (Encoder fused = fused(backbone, precision)) {
            List<Step> trained = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                float[] evaluated = evaluate(fused, backbone.shape());
                trained.add(
                        steps(fused, backbone.shape(), Kind.APPENDED, 1, false).get(0));
                assertThat(evaluated).isEqualTo(trained.get(i).embedding());
                assertEqual("round " + i, trained.get(i), trained.get(0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FP32", "BF16"})
    void gradientsAreTheSameUnderPressure(Precision precision) throws IOException {
        FrozenBackbone backbone = FrozenBackbone.shared("small-vit");
        try (Encoder fused = fused(backbone, precision)) {
            for (Kind kind : Kind.values()) {
                List<Step> calm = steps(fused, backbone.shape(), kind, 3, false);
                List<Step> pressed = steps(fused, backbone.shape(), kind, 3, true);
                for (int i = 0; i < 3; i++) {
                    assertEqual(kind + ", step " + i, calm.get(i), pressed.get(i));
                }
            }
        }
    }

    @Test
    void aStepLeavesNoArrayBehind() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open("small-vit")) {
            FusedEncoder fused = (FusedEncoder) fused(backbone, Precision.BF16);
            steps(fused, backbone.shape(), Kind.APPENDED, 2, false);
            int before = fused.held()
                    + backbone.tensor("cls_token")
                            .getManager()
                            .getManagedArrays()
                            .size();
            steps(fused, backbone.shape(), Kind.APPENDED, 20, false);
            evaluate(fused, backbone.shape());
            assertThat(fused.held()
                            + backbone.tensor("cls_token")
                                    .getManager()
                                    .getManagedArrays()
                                    .size())
                    .isEqualTo(before);
            fused.close();
        }
    }

    @Test
    void aChangedCopyIsNoticed() throws IOException {
        try (FrozenBackbone backbone = FrozenBackbone.open("small-dino")) {
            FrozenBackbone reduced = backbone.in(Precision.BF16);
            assertThat(reduced).isSameAs(backbone.in(Precision.BF16));
            assertThat(reduced.sha256Now()).isEqualTo(backbone.sha256());
            FusedEncoder fused = (FusedEncoder) fused(backbone, Precision.BF16);
            assertThat(fused.unchanged()).isTrue();
            NDArray copy = fused.copies().get(3);
            copy.addi(copy);
            assertThat(fused.unchanged()).isFalse();
            fused.close();
        }
    }

    @Test
    void whatOnlyTheReferenceComputesIsRefused() throws IOException {
        FrozenBackbone reduced = FrozenBackbone.shared("small-vit").in(Precision.BF16);
        try (NDManager manager = Torch.manager()) {
            NDArray pixels = pixels(manager, reduced.shape());
            assertThatThrownBy(() -> reduced.encode(pixels, null, true)).hasMessageContaining("fp32 only");
            assertThatThrownBy(() -> reduced.encode(pixels, null, PositionPolicy.APPEND))
                    .hasMessageContaining("fp32 only");
        }
    }

    @Test
    void anArchiveOfOtherTextIsNotLoaded() throws IOException {
        byte[] other = FusedModule.archive("class VisionTransformer(Module):".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> FusedModule.checked(other))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(Sha256.of(other))
                .hasMessageContaining(FusedModule.SHA256);
        assertThat(FusedModule.SHA256).isNotEqualTo(Sha256.of(other)).hasSize(64);
    }

    @Test
    void theArchiveIsTheSameInEveryTimeZone() throws IOException {
        byte[] text = "class VisionTransformer(Module):".getBytes(StandardCharsets.UTF_8);
        TimeZone before = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            byte[] east = FusedModule.archive(text);
            TimeZone.setDefault(TimeZone.getTimeZone("America/Lima"));
            assertThat(FusedModule.archive(text)).isEqualTo(east);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    /** Where prompts go. */
    private enum Kind {
        APPENDED,
        INSERTED,
        INSERTED_IN_EACH_BLOCK
    }

    /** What one step saw: the embedding, and the gradients. */
    private record Step(float[] embedding, float[] prompts, float[] pixels) {}

    private static Encoder fused(FrozenBackbone backbone, Precision precision) {
        return new FusedEncoder(backbone.shape(), backbone.weights(), precision, false);
    }

    private static NDArray pixels(NDManager manager, VitShape shape) {
        int side = shape.imageSize();
        return Torch.floats(manager, waves(IMAGES * 3 * side * side, 0.37, 1), IMAGES, 3, side, side);
    }

    private static long[] promptShape(VitShape shape, Kind kind) {
        int first = kind == Kind.APPENDED ? IMAGES : kind == Kind.INSERTED ? 1 : shape.depth();
        return new long[] {first, PROMPTS, shape.width()};
    }

    private static float[] evaluate(Encoder encoder, VitShape shape) {
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            long[] axes = promptShape(shape, Kind.APPENDED);
            NDArray prompts = Torch.floats(manager, waves((int) (axes[0] * axes[1] * axes[2]), 0.71, 0.5), axes);
            return encoder.encode(pixels(manager, shape), prompts).toFloatArray();
        }
    }

    /** Steps as of a training, each with other prompts, the same for whoever computes. */
    private static List<Step> steps(Encoder encoder, VitShape shape, Kind kind, int steps, boolean pressure) {
        List<Step> out = new ArrayList<>();
        long[] axes = promptShape(shape, kind);
        for (int step = 0; step < steps; step++) {
            float[] prompts = waves((int) (axes[0] * axes[1] * axes[2]), 0.71 + 0.1 * step, 0.5);
            try (NDManager manager = Torch.manager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray leaf = Torch.floats(manager, prompts, axes);
                NDArray pixels = pixels(manager, shape);
                leaf.setRequiresGradient(true);
                pixels.setRequiresGradient(true);
                NDArray weights =
                        Torch.floats(manager, waves(IMAGES * shape.embedding(), 1.3, 0.1), IMAGES, shape.embedding());
                try (Tape tape = new Tape()) {
                    NDArray embedding =
                            kind == Kind.APPENDED ? encoder.encode(pixels, leaf) : encoder.encodeInserted(pixels, leaf);
                    NDArray sum = embedding.mul(weights).sum();
                    if (pressure) {
                        press();
                    }
                    tape.backward(sum);
                    float[] gradient = leaf.getGradient().toFloatArray();
                    out.add(new Step(
                            embedding.toFloatArray(),
                            gradient,
                            pixels.getGradient().toFloatArray()));
                }
            }
        }
        return out;
    }

    private static void press() {
        try {
            GradientPressure.press();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static float[] waves(int n, double frequency, double scale) {
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) (scale * Math.sin(i * frequency + 0.001 * (i % 97)));
        }
        return out;
    }

    private static void assertEqual(String what, Step a, Step b) {
        assertThat(a.embedding()).as(what + ", embedding").isEqualTo(b.embedding());
        assertThat(a.prompts()).as(what + ", prompts").isEqualTo(b.prompts());
        assertThat(a.pixels()).as(what + ", pixels").isEqualTo(b.pixels());
        for (float value : a.pixels()) {
            assertThat(value).isFinite();
        }
    }
}
