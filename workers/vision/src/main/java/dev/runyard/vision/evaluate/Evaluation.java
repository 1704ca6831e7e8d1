package dev.runyard.vision.evaluate;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How a model did on one set of images (science reference §5.3). The official scripts of ImageNet-A and -R let only the set's own 200
 * classes be answered; the paper does not say, so both numbers are given.
 *
 * @param id of the data set, made unique when one is judged twice
 * @param images judged
 * @param leftOut images of classes that the model has no output for
 * @param missing those classes
 * @param outputs C, of the model
 * @param classes of the set, as many as may be answered under its mask
 * @param all every output may be answered
 * @param masked only the set's own classes may be answered
 * @param reference the run's own test images of the same classes under the same mask; of no image when there are none
 */
public record Evaluation(
        String id,
        long images,
        int leftOut,
        List<String> missing,
        int outputs,
        int classes,
        Accuracy all,
        Accuracy masked,
        Accuracy reference) {

    /** Percentage points that top-1 falls from the run's own test images to these, both over the same classes. */
    public OptionalDouble drop() {
        OptionalDouble here = masked.top1Percent();
        OptionalDouble there = reference.top1Percent();
        return here.isPresent() && there.isPresent()
                ? OptionalDouble.of(there.getAsDouble() - here.getAsDouble())
                : OptionalDouble.empty();
    }
}
