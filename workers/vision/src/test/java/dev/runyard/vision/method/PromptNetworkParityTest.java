package dev.runyard.vision.method;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.vision.Golden;
import dev.runyard.vision.SharedData;
import dev.runyard.vision.method.PromptNetwork.Prompts;
import dev.runyard.vision.method.PromptNetwork.Trained;
import dev.runyard.vision.nd.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The small network and the token library against the authors' code and the authors' trained files. */
class PromptNetworkParityTest {
    @BeforeEach
    void engine() {
        Torch.enter();
    }

    /** Every published checkpoint that there are reference outputs of. */
    static Stream<String> released() throws IOException {
        try (Stream<Path> cases = Files.list(SharedData.path("golden/pgn-official"))) {
            return cases
                    .filter(folder -> Files.exists(folder.resolve("case.json")))
                    .map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("released")
    void releasedCheckpoints(String name) throws IOException {
        Golden golden = new Golden("pgn-official/" + name);
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Trained trained = PromptNetwork.read(golden.file("weights.safetensors"), manager);
            NDArray pixels = golden.input(manager, "../pixels.safetensors", "pixels");
            try (PromptNetwork network = new PromptNetwork(trained.prompts(), 224, Mixing.SOFTMAX, false)) {
                Prompts got = network.forward(trained.weights(), pixels, false);
                golden.assertClose("logits", got.logits());
                golden.assertClose("coefficients", got.coefficients());
                golden.assertClose("prompts", got.prompts());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "eval_64, 64, false, false",
        "eval_224, 224, false, false",
        "eval_224to64_antialias, 64, true, false",
        "eval_224to64_noantialias, 64, false, false",
        "train_64, 64, false, true"
    })
    void randomWeights(String prefix, int resolution, boolean antialias, boolean training) throws IOException {
        Golden golden = new Golden("pgn-net");
        try (NDManager manager = Torch.manager();
                NDScope scope = new NDScope();
                PromptNetwork network = new PromptNetwork(4, resolution, Mixing.SOFTMAX, antialias)) {
            scope.suppressNotUsedWarning();
            Trained trained = PromptNetwork.read(golden.file("weights.safetensors"), manager);
            boolean large = prefix.startsWith("eval_224");
            NDArray pixels = large
                    ? golden.input(manager, "../pgn-official/pixels.safetensors", "pixels")
                    : golden.input(manager, "pixels_64");
            Prompts got = network.forward(trained.weights(), pixels, training);
            golden.assertClose(prefix + "_logits", got.logits());
            golden.assertClose(prefix + "_prompts", got.prompts());
            if (prefix.contains("to64")) {
                golden.assertClose(prefix + "_pixels", network.resized(pixels));
            } else {
                golden.assertClose(prefix + "_coefficients", got.coefficients());
            }
            if (training) {
                for (String name : trained.weights().byName().keySet()) {
                    if (name.endsWith("running_mean") || name.endsWith("running_var")) {
                        golden.assertClose(
                                "after_train_64." + name,
                                "after_train_64.<buffer>",
                                trained.weights().get(name));
                    } else if (name.endsWith("num_batches_tracked")) {
                        assertThat(trained.weights().get(name).toLongArray())
                                .as(name)
                                .isEqualTo(golden.longs("io.safetensors", "after_train_64." + name));
                    }
                }
            }
        }
    }

    @Test
    void everyReleasedFileIsRead() throws IOException {
        Path folder = SharedData.path("weights");
        try (NDManager manager = Torch.manager();
                var files = Files.list(folder)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
                assertThat(PromptNetwork.read(file, manager).prompts()).isEqualTo(16);
            }
        }
    }
}
