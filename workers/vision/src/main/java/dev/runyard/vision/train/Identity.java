package dev.runyard.vision.train;

import java.util.Map;

/**
 * What a checkpoint must share with the run that resumes from it.
 *
 * @param spec SHA-256 of the canonical spec
 * @param data of the data set
 * @param backbone of the frozen weights; {@code none} where there are none
 * @param inputs of the further files that the spec names, by spec field
 */
record Identity(String spec, String data, String backbone, Map<String, String> inputs) {}
