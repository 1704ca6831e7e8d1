package dev.runyard.vision.backbone.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.runyard.vision.nd.Torch;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens in front of the patches: the class token and, in DINOv2 with registers, further learned ones. They are kept as one tensor
 * {@code cls_token [1, 1+R, D]}, and the positional embedding gets a row for each: zeros where the model adds none.
 *
 * @param registers R
 * @param positioned rows of the file's positional embedding that are in front of those of the patches: 0, 1 or 1+R
 * @param grid patches on a side
 */
public record Prefix(int registers, int positioned, int grid) {
    static final String REGISTERS = "reg_token";

    /** Told by the number of positions, which is a square more than those in front; empty when it is none. */
    public static Optional<Prefix> of(long positions, int registers) {
        for (int positioned : new int[] {1, 0, 1 + registers}) {
            OptionalInt grid = side(positions - positioned);
            if (grid.isPresent()) {
                return Optional.of(new Prefix(registers, positioned, grid.getAsInt()));
            }
        }
        return Optional.empty();
    }

    private static OptionalInt side(long square) {
        int side = (int) Math.round(Math.sqrt((double) Math.max(0, square)));
        return side >= 1 && (long) side * side == square ? OptionalInt.of(side) : OptionalInt.empty();
    }

    /** Brings class token and positions into their one form. */
    public void settle(Map<String, NDArray> weights, int width, NDManager manager) {
        NDArray registered = weights.remove(REGISTERS);
        if (registers == 0 && positioned == 1) {
            return;
        }
        NDArray cls = Objects.requireNonNull(weights.get("cls_token"));
        NDArray positions = Objects.requireNonNull(weights.get("pos_embed"));
        int front = 1 + registers;
        float[] tokens = new float[front * width];
        System.arraycopy(Torch.read(cls), 0, tokens, 0, width);
        if (registered != null) {
            System.arraycopy(Torch.read(registered), 0, tokens, width, registers * width);
            registered.close();
        }
        float[] old = Torch.read(positions);
        float[] table = new float[(front + grid * grid) * width];
        System.arraycopy(old, 0, table, 0, positioned * width);
        System.arraycopy(old, positioned * width, table, front * width, grid * grid * width);
        weights.put("cls_token", Torch.floats(manager, tokens, 1, front, width));
        weights.put("pos_embed", Torch.floats(manager, table, 1, front + grid * grid, width));
        cls.close();
        positions.close();
    }
}
