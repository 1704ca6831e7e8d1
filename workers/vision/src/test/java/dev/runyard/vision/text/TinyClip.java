package dev.runyard.vision.text;

import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** A CLIP model of a few thousand numbers with random weights in OpenAI's naming, and the merges of its own small vocabulary. */
public final class TinyClip {
    /** Length of its embeddings. */
    public static final int EMBEDDING = 8;

    private static final int NARROW = 16;
    private static final int CONTEXT = 40;
    private static final List<String> LEARNED = List.of(
            "a photo of a cat", "This is a photo of a dog", "a photo of a river", "this is a photo of a forest");

    private final SafetensorsWriter out = new SafetensorsWriter();
    private final Random random = new Random(7);
    private final int width;

    private TinyClip(int width) {
        this.width = width;
    }

    /** Writes {@code weights.safetensors}, {@code config.json} and {@code merges.txt}. */
    public static void write(Path folder) throws IOException {
        write(folder, NARROW);
    }

    /** With tokens of that length, a multiple of 4. */
    public static void write(Path folder, int width) throws IOException {
        write(folder, width, 8);
    }

    /** With images of two patches a side. */
    public static void write(Path folder, int width, int patch) throws IOException {
        List<String> merges = Merges.learn(LEARNED, 20);
        Merges.write(folder.resolve("merges.txt"), merges);
        Files.writeString(folder.resolve("config.json"), "{\"heads\": 2, \"text\": {\"heads\": 4}}");
        TinyClip model = new TinyClip(width);
        model.put("visual.conv1.weight", width, 3, patch, patch);
        model.put("visual.class_embedding", width);
        model.put("visual.positional_embedding", 5, width);
        model.norm("visual.ln_pre");
        model.block("visual.transformer.resblocks.0.");
        model.norm("visual.ln_post");
        model.put("visual.proj", width, EMBEDDING);
        model.put("token_embedding.weight", 514 + merges.size(), width);
        model.put("positional_embedding", CONTEXT, width);
        model.block("transformer.resblocks.0.");
        model.norm("ln_final");
        model.put("text_projection", width, EMBEDDING);
        model.out.floats("logit_scale", new long[0], new float[] {2.5f});
        model.out.write(folder.resolve("weights.safetensors"));
    }

    private void block(String name) {
        norm(name + "ln_1");
        put(name + "attn.in_proj_weight", 3 * width, width);
        put(name + "attn.in_proj_bias", 3 * width);
        put(name + "attn.out_proj.weight", width, width);
        put(name + "attn.out_proj.bias", width);
        norm(name + "ln_2");
        put(name + "mlp.c_fc.weight", 2 * width, width);
        put(name + "mlp.c_fc.bias", 2 * width);
        put(name + "mlp.c_proj.weight", width, 2 * width);
        put(name + "mlp.c_proj.bias", width);
    }

    private void norm(String name) {
        put(name + ".weight", width);
        put(name + ".bias", width);
    }

    private void put(String name, long... shape) {
        int size = 1;
        for (long axis : shape) {
            size *= (int) axis;
        }
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextGaussian() * 0.3f;
        }
        out.floats(name, shape, values);
    }
}
