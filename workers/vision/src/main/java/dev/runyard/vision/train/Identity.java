package dev.runyard.vision.train;

/**
 * What a checkpoint must share with the run that resumes from it.
 *
 * @param spec SHA-256 of the canonical spec
 * @param data of the data set
 * @param backbone of the frozen weights; {@code none} where there are none
 */
record Identity(String spec, String data, String backbone) {}
