package dev.runyard.vision.invert;

import dev.runyard.vision.backbone.FrozenBackbone;
import dev.runyard.vision.nd.Torch;
import dev.runyard.vision.tensor.Safetensors;
import dev.runyard.vision.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Pseudo-inverses on disk, one for each hash of a backbone, so that it is computed once. */
final class InverseCache {
    private static final String INVERSE = "inverse_transposed";
    private static final String CONDITION = "condition";

    /** Largest fault of W·W⁺ in a file that is taken as it is, for a probe of length 1. */
    private static final double SOUND = 1e-6;

    private InverseCache() {}

    /** From the folder, or computed and kept there; what is damaged there is computed again. */
    static PatchInverse of(FrozenBackbone backbone, Path folder) throws IOException {
        int patch = backbone.shape().patch();
        int width = backbone.shape().width();
        int length = 3 * patch * patch;
        float[] weight = Torch.read(backbone.tensor("patch_embed.weight"));
        Path file = folder.resolve(backbone.sha256() + ".safetensors");
        if (Files.exists(file)) {
            try {
                PatchInverse kept = read(file, width, length);
                if (sound(kept, weight)) {
                    return kept;
                }
            } catch (IOException e) {
                // Damaged or of another form: computed anew below, which replaces it.
                Files.deleteIfExists(file);
            }
        }
        PatchInverse inverse = PatchInverse.of(weight, width, length);
        Files.createDirectories(folder);
        double[] flat = new double[width * length];
        for (int d = 0; d < width; d++) {
            System.arraycopy(inverse.transposed()[d], 0, flat, d * length, length);
        }
        new SafetensorsWriter()
                .doubles(INVERSE, new long[] {width, length}, flat)
                .doubles(CONDITION, new long[] {1}, new double[] {inverse.condition()})
                .write(file);
        return inverse;
    }

    private static PatchInverse read(Path file, int width, int length) throws IOException {
        try (Safetensors in = Safetensors.open(file)) {
            if (!in.info(INVERSE).shape().equals(List.of((long) width, (long) length))) {
                throw new IOException(file + " is of another shape");
            }
            double[] flat = in.doubles(INVERSE);
            double[][] rows = new double[width][length];
            for (int d = 0; d < width; d++) {
                System.arraycopy(flat, d * length, rows[d], 0, length);
            }
            return new PatchInverse(rows, in.doubles(CONDITION)[0]);
        }
    }

    /** Whether W·(W⁺·z) is z for one z that touches every row. */
    private static boolean sound(PatchInverse inverse, float[] weight) {
        int width = inverse.width();
        int length = inverse.length();
        double[] z = new double[width];
        for (int d = 0; d < width; d++) {
            z[d] = Math.cos(d) / Math.sqrt(width);
        }
        double[] patch = inverse.patch(z);
        double[] row = new double[length];
        for (int d = 0; d < width; d++) {
            for (int c = 0; c < length; c++) {
                row[c] = weight[d * length + c];
            }
            if (!(Math.abs(PatchInverse.dot(row, patch) - z[d]) <= SOUND)) {
                return false;
            }
        }
        return true;
    }
}
