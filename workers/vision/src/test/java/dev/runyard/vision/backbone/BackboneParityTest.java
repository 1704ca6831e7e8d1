package dev.runyard.vision.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.vision.Golden;
import dev.runyard.vision.backbone.vit.VisionTransformer.Encoding;
import dev.runyard.vision.nd.Nn;
import dev.runyard.vision.nd.Tape;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every reference backbone, plain and with prompts, within the tolerance of its case. */
class BackboneParityTest {

    @ParameterizedTest
    @CsvSource({
        "openai-clip, image_features, ",
        "hf-clip, image_features, ",
        "hf-clip-gelu, image_features, ",
        "timm-vit, cls_features, logits",
        "torchvision-vit, cls_features, logits",
        "dino-vit, cls_features, "
    })
    void plain(String name, String embedding, @Nullable String logits) throws IOException {
        Golden golden = new Golden(name);
        String before;
        try (FrozenBackbone backbone =
                        FrozenBackbone.open(golden.file("weights.safetensors").toString());
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            before = backbone.sha256();
            Encoding got = backbone.encode(golden.input(manager, "pixels"), null, true);
            golden.assertClose(embedding, got.embedding());
            golden.assertClose("last_cls_attention", got.attention());
            if (logits != null) {
                golden.assertClose(logits, backbone.head(got.embedding()));
            } else {
                assertThat(backbone.shape().classes()).isZero();
            }
            assertThat(backbone.sha256Now()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai-clip", "timm-vit", "torchvision-vit", "dino-vit"})
    void withPromptsAndGradients(String name) throws IOException {
        Golden golden = new Golden("prompts-" + name);
        try (FrozenBackbone backbone = FrozenBackbone.open(golden.file("../" + name + "/weights.safetensors")
                        .normalize()
                        .toString());
                NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray pixels = golden.input(manager, "pixels");
            NDArray prompts = golden.input(manager, "prompts");
            pixels.setRequiresGradient(true);
            prompts.setRequiresGradient(true);
            int[] labels = golden.labels();
            try (Tape tape = new Tape()) {
                Encoding got = backbone.encode(pixels, prompts, true);
                NDArray logits = logits(golden, manager, backbone, got.embedding());
                float[] targets = Nn.targets(labels, (int) logits.getShape().get(1));
                NDArray loss = Nn.crossEntropy(
                        logits, Torch.floats(manager, targets, logits.getShape().getShape()));
                tape.backward(loss);
                golden.assertClose("embedding", got.embedding());
                golden.assertClose("logits", logits);
                golden.assertClose("loss", loss);
                golden.assertClose("grad_prompts", prompts.getGradient());
                golden.assertClose("grad_pixels", pixels.getGradient());
                golden.assertClose("last_cls_attention", got.attention());
                golden.assertClose(
                        "last_cls_attention_to_prompts", got.attention().get(":,:,-6:"));
            }
        }
    }

    private static NDArray logits(Golden golden, NDManager manager, FrozenBackbone backbone, NDArray embedding)
            throws IOException {
        if (backbone.shape().classes() > 0) {
            return backbone.head(embedding);
        }
        NDArray classifier = golden.input(manager, "classifier");
        if (backbone.logitScale().isPresent()) {
            NDArray scale = Torch.scalar(manager, Math.exp(backbone.logitScale().getAsDouble()));
            return embedding.normalize(2, 1).matMul(classifier.transpose()).mul(scale);
        }
        return Nn.linear(embedding, classifier, golden.input(manager, "classifier_bias"));
    }

    @Test
    void frozenWeightsHaveNoGradient() throws IOException {
        Golden golden = new Golden("timm-vit");
        try (FrozenBackbone backbone =
                FrozenBackbone.open(golden.file("weights.safetensors").toString())) {
            assertThat(backbone.tensor("blocks.0.attn.qkv.weight").hasGradient())
                    .isFalse();
        }
    }
}
