package dev.runyard.vision.serve;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.vision.encoder.FrozenEncoder;
import dev.runyard.vision.encoder.ModelCard;
import dev.runyard.vision.encoder.TensorBody;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.serve.Problem.Refusal;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Bodies to answers: what may be asked of the model, and how much at once. One is computed at a time. */
final class ModelRequests {
    /** Rows of patches below the image, in heights of the image. */
    private static final int TALLEST = 2;

    private static final int MOST_PROMPTS = 256;

    /** n·T², so that attention keeps to a few GB whatever comes. */
    private static final long MOST_PAIRS = 16L << 20;

    private final FrozenEncoder encoder;
    private final ModelCard card;
    private final boolean gradients;

    ModelRequests(FrozenEncoder encoder, boolean gradients) {
        this.encoder = encoder;
        this.card = encoder.card();
        this.gradients = gradients;
    }

    private interface Work {
        NDArray of(NDArray pixels, @Nullable NDArray prompts, NDManager manager) throws IOException;
    }

    byte[] embeddings(Safetensors in) throws IOException {
        return answer(
                in, Set.of(), TensorBody.EMBEDDING, (pixels, prompts, manager) -> encoder.encode(pixels, prompts));
    }

    byte[] gradients(Safetensors in) throws IOException {
        return answer(in, Set.of(TensorBody.UPSTREAM), TensorBody.GRADIENT, (pixels, prompts, manager) -> {
            long n = pixels.getShape().get(0);
            shape(in, TensorBody.UPSTREAM, List.of(n, (long) card.embedding()));
            return encoder.gradient(pixels, prompts, array(in, TensorBody.UPSTREAM, manager));
        });
    }

    private byte[] answer(Safetensors in, Set<String> further, String name, Work work) throws IOException {
        check(in, further);
        SafetensorsWriter out = new SafetensorsWriter();
        synchronized (this) {
            try (NDManager manager = Torch.manager();
                    NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray pixels = array(in, TensorBody.PIXELS, manager);
                NDArray prompts = in.has(TensorBody.PROMPTS) ? array(in, TensorBody.PROMPTS, manager) : null;
                NDArray result = work.of(pixels, prompts, manager);
                out.floats(name, result.getShape().getShape(), Torch.read(result));
            }
        }
        return TensorBody.bytes(out);
    }

    private void check(Safetensors in, Set<String> further) throws IOException {
        for (String name : in.tensors().keySet()) {
            if (name.equals(TensorBody.PROMPTS) && !gradients) {
                throw new Refusal(Problem.noGradients(name));
            }
            if (!name.equals(TensorBody.PIXELS) && !name.equals(TensorBody.PROMPTS) && !further.contains(name)) {
                throw new InvalidSpec("UNKNOWN_FIELD", name, "a tensor", "is not part of this request", null);
            }
        }
        for (String name : further) {
            in.info(name);
        }
        List<Long> pixels = in.info(TensorBody.PIXELS).shape();
        long side = card.imageSize();
        boolean fits = pixels.size() == 4
                && pixels.get(0) >= 1
                && pixels.get(1) == 3
                && pixels.get(3) == side
                && pixels.get(2) >= side
                && pixels.get(2) <= TALLEST * side
                && pixels.get(2) % card.patch() == 0;
        if (!fits) {
            throw new InvalidSpec(
                    "DOES_NOT_FIT",
                    TensorBody.PIXELS,
                    pixels,
                    "is not [n, 3, H, " + side + "] with H from " + side + " to " + TALLEST * side + " in steps of "
                            + card.patch(),
                    "lay whole rows of patches below the image");
        }
        long n = pixels.get(0);
        long tokens = 1 + pixels.get(2) / card.patch() * (side / card.patch());
        if (in.has(TensorBody.PROMPTS)) {
            List<Long> prompts = in.info(TensorBody.PROMPTS).shape();
            if (prompts.size() != 3
                    || prompts.get(0) != n
                    || prompts.get(1) < 1
                    || prompts.get(1) > MOST_PROMPTS
                    || prompts.get(2) != card.width()) {
                throw new InvalidSpec(
                        "DOES_NOT_FIT",
                        TensorBody.PROMPTS,
                        prompts,
                        "is not [" + n + ", K, " + card.width() + "] with K from 1 to " + MOST_PROMPTS,
                        null);
            }
            tokens += prompts.get(1);
        }
        long most = Math.max(1, MOST_PAIRS / (tokens * tokens));
        if (n > most) {
            throw new Refusal(Problem.tooLarge(
                    TensorBody.PIXELS, "at most " + most + " images of this height at a time, got " + n, most));
        }
    }

    private static void shape(Safetensors in, String name, List<Long> wanted) throws IOException {
        if (!in.info(name).shape().equals(wanted)) {
            throw new InvalidSpec("DOES_NOT_FIT", name, in.info(name).shape(), "is not " + wanted, null);
        }
    }

    private static NDArray array(Safetensors in, String name, NDManager manager) throws IOException {
        return Torch.floats(manager, in.finiteFloats(name), in.info(name).shapeArray());
    }
}
