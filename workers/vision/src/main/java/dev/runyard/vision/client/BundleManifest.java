package dev.runyard.vision.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.model.MethodSpec;
import dev.runyard.vision.backbone.PositionPolicy;
import dev.runyard.vision.image.Normalisation;
import java.util.List;
import java.util.Map;

/**
 * {@code bundle.json}: what a client must know to make prompts for one frozen model, and what the folder holds.
 *
 * @param version of the bundle's form; {@value #VERSION}
 * @param backbone SHA-256 of the weights of the model that it was made for (hex)
 * @param positions the rule by which that model must be served
 * @param imageSize W, and the height of an image without prompts, in px
 * @param patch side of a patch in px
 * @param prompts K, a multiple of imageSize/patch
 * @param mean of the images, per channel, for values in 0 to 1
 * @param std likewise
 * @param embedding d, length of what the model answers
 * @param method how the prompts are made
 * @param classNames by output of the classifier; empty without one
 * @param files by name: what the folder holds beside this file
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BundleManifest(
        int version,
        String backbone,
        PositionPolicy positions,
        int imageSize,
        int patch,
        int prompts,
        List<Double> mean,
        List<Double> std,
        int embedding,
        MethodSpec method,
        List<String> classNames,
        Map<String, Content> files) {
    /** The form that this version of Runyard writes and reads. */
    public static final int VERSION = 1;

    /** Name of the file that holds it. */
    public static final String FILE = "bundle.json";

    /**
     * A file of the bundle.
     *
     * @param size in bytes
     * @param sha256 hex
     */
    public record Content(long size, String sha256) {}

    public BundleManifest {
        if (version != VERSION) {
            throw new InvalidSpec(
                    "OTHER_VERSION",
                    "version",
                    version,
                    "is not " + VERSION + ", the form that this Runyard reads",
                    "make the bundle again with \"runyard invert\"");
        }
        for (Object part : new Object[] {backbone, positions, mean, std, method, classNames, files}) {
            if (part == null) {
                throw new InvalidSpec("MISSING_FIELD", FILE, "{…}", "lacks a field", "make the bundle again");
            }
        }
        if (patch < 1 || imageSize < patch || imageSize % patch != 0 || imageSize > 4_096) {
            throw new InvalidSpec("OUT_OF_RANGE", "imageSize", imageSize, "is no multiple of patch " + patch, null);
        }
        if (mean.size() != 3 || std.size() != 3) {
            throw new InvalidSpec("OUT_OF_RANGE", "mean", mean, "needs three values, and std too", null);
        }
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        classNames = List.copyOf(classNames);
        files = Map.copyOf(files);
    }

    /** Where the patches stand. */
    public PatchLayout layout() {
        return new PatchLayout(imageSize, patch, prompts);
    }

    /** Of the images. */
    public Normalisation normalisation() {
        return new Normalisation(floats(mean), floats(std));
    }

    private static float[] floats(List<Double> values) {
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i).floatValue();
        }
        return out;
    }
}
