/**
 * The side that has the images, in a deployment of two sides (paper §3.3): a bundle without any weight of the backbone makes prompts of
 * an image, lays them below it as pixels, and asks a model server for the embedding.
 */
@NullMarked
package dev.runyard.vision.client;

import org.jspecify.annotations.NullMarked;
