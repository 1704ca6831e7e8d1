package dev.runyard.vision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FailureReason;
import dev.runyard.spec.run.RunSpec;
import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.file.Telling;
import dev.runyard.vision.tensor.SafetensorsWriter;
import dev.runyard.vision.text.TextFeatures;
import dev.runyard.vision.text.TinyClip;
import dev.runyard.vision.text.TokenizerFiles;
import dev.runyard.vision.train.input.TrainingOptions;
import dev.runyard.vision.train.report.TrainingFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whoever writes a spec may name any file of the worker's account as weights, templates, features or a head, and a file of theirs may stand
 * beside weights as a configuration or a tokenizer. No message and no trace that leaves the worker repeats what is in one.
 */
@Timeout(180)
class PlantedSecretsTest {
    private static final String SECRET = "hunter2Tr0ub4dor";

    @TempDir
    Path dir;

    private Path clip;

    @BeforeEach
    void aWholeModel() throws IOException {
        clip = Files.createDirectory(dir.resolve("clip"));
        TinyClip.write(clip);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** What fails here tells nothing, neither as it is thrown nor as a worker reports it. */
    private static void keeps(String what, Work work) {
        Throwable fault = catchThrowable(work::run);
        assertThat(fault).as(what).isNotNull();
        keeps(what, String.valueOf(fault.getMessage()));
        keepsWhenTold(what, work);
    }

    /** As {@link #keeps(String, Work)}, of exceptions that are not ours and never leave the process as they are. */
    private static void keepsWhenTold(String what, Work work) {
        Throwable fault = catchThrowable(work::run);
        assertThat(fault).as(what).isNotNull();
        keeps(what, Telling.line(fault), Telling.trace(fault));
    }

    private static void keeps(String what, String... all) {
        for (String told : all) {
            assertThat(told).as(what).doesNotContainIgnoringCase(SECRET.substring(0, 6));
            String hex = HexFormat.of().formatHex(SECRET.substring(0, 4).getBytes(StandardCharsets.US_ASCII));
            assertThat(told.replaceAll("[ ,x]", "")).as(what).doesNotContainIgnoringCase(hex);
            byte[] eight = SECRET.substring(0, 8).getBytes(StandardCharsets.US_ASCII);
            long number = ByteBuffer.wrap(eight).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertThat(told).as(what).doesNotContain(String.valueOf(number));
        }
    }

    /** Contents of which each is meant for one of the readers and given to all. */
    private static List<byte[]> contents() throws IOException {
        List<byte[]> all = new ArrayList<>();
        for (String text : List.of(
                SECRET,
                SECRET + "\n" + SECRET + "\n",
                "{\"a\": " + SECRET + "}",
                "{" + SECRET + ": 1}",
                "{\"" + SECRET + "\": {\"templates\": [\"" + SECRET + "\"]}}",
                "{\"shapes\": {\"templates\": [\"" + SECRET + "\"]}}",
                "{\"shapes\": {\"templates\": [\"{} " + (SECRET + " ").repeat(60) + "\"]}}",
                "{\"a\": \"" + SECRET + "\\q\"}",
                SECRET + " " + SECRET + " " + SECRET)) {
            all.add(text.getBytes(StandardCharsets.UTF_8));
        }
        for (String header : List.of(
                "{\"" + SECRET + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"" + SECRET + "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"" + SECRET + "\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
                "{\"" + SECRET + "\":{\"dtype\":\"" + SECRET + "\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"" + SECRET + "\":1}}",
                "{\"__metadata__\":{\"" + SECRET + "\":1}}",
                "{\"__metadata__\":{\"runyard.method\":\"" + SECRET
                        + "\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{" + SECRET)) {
            byte[] json = header.getBytes(StandardCharsets.UTF_8);
            all.add(ByteBuffer.allocate(8 + json.length + 4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .array());
        }
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write((SECRET + " a b\n").getBytes(StandardCharsets.UTF_8));
        }
        all.add(zipped.toByteArray());
        return all;
    }

    private RunSpec spec(String backbone, Map<String, Object> classifier, Map<String, Object> method) {
        return Json.read(
                Json.mapper()
                        .valueToTree(Map.of(
                                "task",
                                "train",
                                "dataset",
                                Map.of("id", "shapes"),
                                "backbone",
                                Map.of("weights", backbone),
                                "method",
                                method,
                                "classifier",
                                classifier,
                                "batchSize",
                                32,
                                "augment",
                                "none",
                                "schedule",
                                Map.of("epochs", 1))),
                RunSpec.class);
    }

    private void run(RunSpec spec) {
        new Training(spec, dir.resolve("run"), TrainingOptions.cpu(dir.resolve("cache"))).run(new Recorder());
    }

    private void everyField(Path file, String what) {
        String path = file.toString();
        Map<String, Object> linear = Map.of("kind", "linear");
        Map<String, Object> zeroShot = Map.of("kind", "zero-shot");
        keeps(what + " as weights", () -> run(spec(path, linear, Map.of("kind", "linear"))));
        keeps(
                what + " as templates",
                () -> run(spec(
                        clip.toString(), Map.of("kind", "text", "template", "clip", "templates", path), zeroShot)));
        keeps(
                what + " as features",
                () -> run(spec(clip.toString(), Map.of("kind", "text", "features", path), zeroShot)));
        keeps(what + " as head", () -> run(spec("small-dino", Map.of("kind", "prototypes", "head", path), zeroShot)));
        keeps(
                what + " as first weights of a network",
                () -> run(spec(
                        "small-vit",
                        linear,
                        Map.of("kind", "pgn", "net", "resnet18", "prompts", 1, "netWeights", path))));
    }

    @Test
    void noFieldOfASpecTellsWhatIsInAFile() throws IOException {
        int at = 0;
        for (byte[] content : contents()) {
            Path file = Files.write(dir.resolve("f" + at + ".safetensors"), content);
            everyField(file, "content " + at++);
        }
    }

    /** Nothing that may block is opened; the run fails at once. */
    @Test
    void whatIsNoFileIsRefused() throws Exception {
        Path pipe = dir.resolve("pipe.safetensors");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "skipped: no mkfifo");
        everyField(pipe, "a FIFO");
        everyField(Path.of("/dev/zero"), "a device");
        Throwable fault =
                catchThrowable(() -> run(spec(pipe.toString(), Map.of("kind", "linear"), Map.of("kind", "linear"))));
        assertThat(fault).isInstanceOfSatisfying(TrainingFailure.class, failure -> {
            assertThat(failure.reason()).isEqualTo(FailureReason.WEIGHTS);
            assertThat(failure).hasMessageContaining("FIFO");
        });
        for (String beside : List.of("config.json", "open_clip_config.json")) {
            Path model = Files.createDirectories(dir.resolve("with-" + beside));
            TinyClip.write(model);
            Files.deleteIfExists(model.resolve(beside));
            new ProcessBuilder("mkfifo", model.resolve(beside).toString())
                    .start()
                    .waitFor();
            keeps(beside, () -> FrozenBackbone.open(model.toString()).close());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X",
                "{\"heads\": X}",
                "{\"heads\": \"X\"}",
                "{\"activation\": \"X\"}",
                "{\"eps\": \"X\"}",
                "{\"pooling\": \"X\"}",
                "{\"mean\": [\"X\"]}",
                "{\"image_size\": \"X\"}",
                "{\"architecture\": \"X\"}",
                "{\"architecture\": \"vit_base_patch16_224\", \"model_args\": {\"X\": \"X\"}}",
                "{\"model_type\": \"X\"}",
                "{\"text_config\": {\"hidden_act\": \"X\"}}",
                "{\"model_cfg\": {\"vision_cfg\": {\"pool_type\": \"X\"}}}",
                "{\"model_cfg\": {\"vision_cfg\": {\"norm_kwargs\": {\"eps\": \"X\"}}}}",
                "[\"X\""
            })
    void noConfigurationIsRepeated(String json) throws IOException {
        Files.writeString(clip.resolve("config.json"), json.replace("X", SECRET));
        keeps(json, () -> FrozenBackbone.open(clip.toString()).close());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "vocab.json | X",
                "vocab.json | {\"X\": \"X\"}",
                "vocab.json | {\"X\": 99999}",
                "tokenizer.json | {\"model\": X}",
                "tokenizer.json | {\"model\": {\"vocab\": {\"X\": 99999}, \"merges\": [\"X\"]}}",
                "tokenizer.json | {\"model\": {\"vocab\": \"X\"}}",
                "merges.txt | X X X",
                "bpe_simple_vocab_16e6.txt.gz | X"
            })
    void noTokenizerIsRepeated(String name, String content) throws IOException {
        if (!name.equals("vocab.json")) {
            Files.delete(clip.resolve("merges.txt"));
        }
        Files.writeString(clip.resolve(name), content.replace("X", SECRET));
        keeps(name, () -> TokenizerFiles.beside(clip, 600));
    }

    /** Names that only the file has, beside a model that is nearly whole. */
    @Test
    void foreignTensorsAreCounted() throws IOException {
        Path file = dir.resolve("foreign.safetensors");
        new SafetensorsWriter()
                .floats("patch_embed.proj.weight", new long[] {64, 3, 4, 4}, new float[64 * 48])
                .floats("pos_embed", new long[] {1, 5, 64}, new float[5 * 64])
                .floats("blocks.0.mlp.fc1.weight", new long[] {2, 64}, new float[128])
                .floats(SECRET, new long[] {1}, new float[1])
                .write(file);
        keeps("a tensor's name", () -> FrozenBackbone.open(file.toString()).close());
        keeps("features", () -> TextFeatures.read(file));
    }

    /** What no reader foresaw: a parser's exception, wrapped or not, keeps its words to itself; ours and the system's keep theirs. */
    @Test
    void foreignExceptionsTellKindAndPlace() {
        keepsWhenTold("a number", () -> Long.parseLong(SECRET));
        keepsWhenTold("a wrapped one", () -> {
            try {
                Long.parseLong(SECRET);
            } catch (NumberFormatException e) {
                throw new IllegalStateException(e);
            }
        });
        keepsWhenTold("JSON", () -> Json.mapper().readTree(SECRET));
        keepsWhenTold("malformed JSON", () -> Json.tree(SECRET));
        keepsWhenTold("a date", () -> java.time.LocalDate.parse(String.valueOf(SECRET.toCharArray())));
        keepsWhenTold("an enum", () -> FailureReason.valueOf(SECRET));
        assertThat(TrainingFailure.of(catchThrowable(() -> Long.parseLong(SECRET)), 1))
                .hasMessageContaining("NumberFormatException at dev.runyard")
                .hasMessageNotContaining(SECRET);
        assertThat(Telling.line(new IOException("No space left on device"))).contains("No space left");
        assertThat(Telling.line(new IllegalStateException("ours"))).contains("ours");
        assertThat(Telling.trace(new IOException("a", new IllegalStateException("b"))))
                .contains("IOException: a", "Caused by: java.lang.IllegalStateException: b", "PlantedSecretsTest");
    }
}
