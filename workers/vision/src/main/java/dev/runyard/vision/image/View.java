package dev.runyard.vision.image;

/**
 * One of several ways in which a training image is seen at once.
 *
 * @param size side of the result in px
 * @param smallest share of the image's area that a crop has at least
 * @param largest share that it has at most
 * @param solarize probability of solarising
 */
public record View(int size, double smallest, double largest, double solarize) {}
