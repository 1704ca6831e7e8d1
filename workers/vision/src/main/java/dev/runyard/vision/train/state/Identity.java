package dev.runyard.vision.train.state;

import dev.runyard.spec.run.SpecDocument;
import java.util.Map;

/**
 * What a checkpoint must share with the run that resumes from it.
 *
 * @param spec the document as written, without this machine's places for its names, and its hash
 * @param data of the data set
 * @param backbone of the frozen weights; {@code none} where there are none
 * @param inputs of the further files that the spec names, by spec field
 */
public record Identity(SpecDocument spec, String data, String backbone, Map<String, String> inputs) {}
