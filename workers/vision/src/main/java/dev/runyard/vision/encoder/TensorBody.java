package dev.runyard.vision.encoder;

import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Tensors as the body of a request or of its answer: a safetensors file. What arrives goes to a temporary file first, checked as any
 * file is, so that a body costs the memory of the tensors taken from it.
 *
 * @param tensors read from it
 */
public record TensorBody(Path file, Safetensors tensors) implements AutoCloseable {
    /** Of bodies with tensors. */
    public static final String TYPE = "application/vnd.safetensors";

    public static final String EMBEDDINGS = "/v1/embeddings";
    public static final String GRADIENTS = "/v1/gradients";
    public static final String MODEL = "/v1/model";

    /** Names in a body. */
    public static final String PIXELS = "pixels";

    public static final String PROMPTS = "prompts";
    public static final String UPSTREAM = "upstream";
    public static final String EMBEDDING = "embedding";
    public static final String GRADIENT = "gradient";

    /** Reads a whole stream; its length was limited by the caller. */
    public static TensorBody receive(InputStream in) throws IOException {
        Path file = Files.createTempFile("runyard-tensors", ".safetensors");
        try {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            return new TensorBody(file, Safetensors.open(file));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** The bytes to send. */
    public static byte[] bytes(SafetensorsWriter tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        tensors.writeTo(Channels.newChannel(out));
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        tensors.close();
        Files.deleteIfExists(file);
    }
}
