package dev.runyard.spec.judging;

import dev.runyard.spec.Sha256;
import java.util.BitSet;

/**
 * Which images of a set a model has right.
 *
 * @param images hash of what was judged: the images, their names and the classes that could be answered; two models compare where it is
 *     the same
 * @param right of each image, in the set's order
 * @param size how many images
 */
public record Answered(String images, BitSet right, int size) {
    /** Of what a model answered when every class could be. */
    public static Answered of(PredictionFile file) {
        About about = file.about();
        StringBuilder said = new StringBuilder(about.judged() == null ? about.data() : about.judged());
        about.classes().forEach(name -> said.append('\n').append(name));
        said.append('\n');
        file.items().forEach(name -> said.append('\n').append(name));
        BitSet right = new BitSet(file.all().size());
        for (int i = 0; i < file.all().size(); i++) {
            right.set(i, file.all().right(i));
        }
        return new Answered(Sha256.of(said.toString()), right, file.all().size());
    }

    /** How many images this one has right and the other has not. */
    int alone(Answered other) {
        BitSet alone = (BitSet) right.clone();
        alone.andNot(other.right);
        return alone.cardinality();
    }
}
