package dev.runyard.vision.method;

import dev.runyard.spec.model.BlockMethod;
import dev.runyard.spec.model.BlockMethod.Insertion;
import dev.runyard.spec.model.BlockMethod.Target;
import dev.runyard.spec.model.ClassifierSpec;
import dev.runyard.spec.model.ClassifierSpec.Kind;
import dev.runyard.spec.model.ClassifierSpec.Policy;
import dev.runyard.spec.model.EmbeddingMethod;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.spec.model.MethodSpec.Blocks;
import dev.runyard.spec.model.MethodSpec.Combination;
import dev.runyard.spec.model.MethodSpec.Head;
import dev.runyard.spec.model.MethodSpec.Mixing;
import dev.runyard.spec.model.MethodSpec.Net;
import dev.runyard.spec.model.MethodSpec.Place;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Every method and every classifier in a small size, for the tests that hold for all of them. */
public final class AllMethods {
    private AllMethods() {}

    /** One of them. */
    public record Case(String name, MethodSpec method, ClassifierSpec classifier) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What is trained in steps of the optimiser. */
    public static Stream<Case> trained() {
        return Stream.of(
                linear("pgn", new MethodSpec.Pgn(null, 48, 2, 8, null, null)),
                linear("pgn-sigmoid", new MethodSpec.Pgn(null, 48, 2, 8, Mixing.SIGMOID, null)),
                linear("pgn-resnet18", pgn(Net.RESNET18, null, null, null)),
                linear("pgn-mlp", pgn(Net.MLP, null, null, null)),
                linear("pgn-direct", pgn(null, Head.DIRECT, null, null)),
                linear("pgn-combination", pgn(null, null, Combination.MLP, 12)),
                linear("iip", new MethodSpec.Iip(2)),
                linear("vp-padding", new MethodSpec.VisualPrompt(Place.PADDING, 5)),
                linear("vp-fixed-patch", new MethodSpec.VisualPrompt(Place.FIXED_PATCH, 7)),
                linear("vp-random-patch", new MethodSpec.VisualPrompt(Place.RANDOM_PATCH, 7)),
                linear("linear", new MethodSpec.Linear()),
                linear("full", new MethodSpec.Full()),
                linear("vpt-shallow", new MethodSpec.Vpt(Blocks.SHALLOW, 3)),
                linear("vpt-deep", new MethodSpec.Vpt(Blocks.DEEP, 3)),
                linear("bitfit", new MethodSpec.BitFit()),
                linear("lora", new BlockMethod.Lora(2, null, null)),
                linear("lora-all", new BlockMethod.Lora(3, 6.0, List.of(Target.values()))),
                linear("adapter-serial", new BlockMethod.Adapter(null, 4, null, null)),
                linear("adapter-parallel", new BlockMethod.Adapter(Insertion.PARALLEL, 4, null, null)),
                linear("clip-adapter", new EmbeddingMethod.ClipAdapter(null, null)),
                linear("net-alone", new MethodSpec.BackboneAlone(null, 48)),
                linear("net-alone-mlp", new MethodSpec.BackboneAlone(Net.MLP, 48)),
                new Case("native", new MethodSpec.Iip(2), ofBackbone(Policy.TRAINABLE)),
                new Case("native-frozen", new MethodSpec.Iip(2), ofBackbone(Policy.FROZEN)),
                new Case("native-random", new MethodSpec.Iip(2), ofBackbone(Policy.RANDOM)));
    }

    private static Case linear(String name, MethodSpec method) {
        return new Case(name, method, new ClassifierSpec(Kind.LINEAR, null));
    }

    private static MethodSpec.Pgn pgn(Net net, Head head, Combination combination, Integer combinationWidth) {
        return new MethodSpec.Pgn(net, 48, 2, 8, null, null, head, combination, combinationWidth, null, null, null);
    }

    private static ClassifierSpec ofBackbone(Policy policy) {
        return new ClassifierSpec(Kind.NATIVE, null, null, null, policy, null);
    }

    /** With prototypes of a made-up DINO head for embeddings of length {@code d}, written into the folder. */
    public static Case prototypes(Path folder, int d) throws IOException {
        return prototypes(folder, d, 20);
    }

    /** With so many prototypes. */
    public static Case prototypes(Path folder, int d, int prototypes) throws IOException {
        Path file = folder.resolve("dino-head.safetensors");
        if (!Files.exists(file)) {
            SafetensorsWriter out = new SafetensorsWriter();
            waves(out, "module.head.mlp.0.weight", 12, d);
            waves(out, "module.head.mlp.0.bias", 12);
            waves(out, "module.head.mlp.2.weight", 10, 12);
            waves(out, "module.head.mlp.2.bias", 10);
            waves(out, "module.head.mlp.4.weight", 6, 10);
            waves(out, "module.head.mlp.4.bias", 6);
            waves(out, "module.head.last_layer.weight_v", prototypes, 6);
            waves(out, "module.head.last_layer.weight_g", prototypes, 1);
            out.write(file);
        }
        return new Case(
                "prototypes",
                new MethodSpec.Iip(2),
                new ClassifierSpec(Kind.PROTOTYPES, null, null, null, null, file.toString()));
    }

    /** With fixed text features for {@code classes} classes and embeddings of length {@code d}, written into the folder. */
    public static Case text(Path folder, MethodSpec method, int classes, int d) throws IOException {
        Path file = folder.resolve("text.safetensors");
        if (!Files.exists(file)) {
            SafetensorsWriter out = new SafetensorsWriter();
            waves(out, "text_features", classes, d);
            out.write(file);
        }
        return new Case("text", method, new ClassifierSpec(Kind.TEXT, file.toString()));
    }

    private static void waves(SafetensorsWriter out, String name, int... axes) {
        int size = 1;
        long[] shape = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            size *= axes[i];
            shape[i] = axes[i];
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) Math.sin(name.length() + 0.7 * i);
        }
        out.floats(name, shape, values);
    }
}
