package dev.runyard.vision.client;

import java.util.ArrayList;
import java.util.List;

/**
 * What a classifier says of one image.
 *
 * @param image its name
 * @param output the one with the highest score
 * @param name of the class; the output's number where names are unknown
 * @param share of the softmax, 0 to 1
 */
public record Prediction(String image, int output, String name, double share) {
    /**
     * @param classNames by output, or empty
     * @param scores [n, C], row-major, in the order of the images
     */
    public static List<Prediction> of(List<String> images, List<String> classNames, float[] scores) {
        int classes = scores.length / images.size();
        int[] best = EmbeddingClassifier.best(scores, classes);
        List<Prediction> out = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += Math.exp((double) scores[i * classes + c] - scores[i * classes + best[i]]);
            }
            String name = classNames.size() == classes ? classNames.get(best[i]) : String.valueOf(best[i]);
            out.add(new Prediction(images.get(i), best[i], name, 1 / sum));
        }
        return out;
    }
}
