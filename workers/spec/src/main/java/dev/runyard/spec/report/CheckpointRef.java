package dev.runyard.spec.report;

import java.util.List;

/**
 * A checkpoint that exists: its manifest was written last and read back.
 *
 * @param step optimiser steps done
 * @param epoch whole epochs done
 * @param best whether it holds the best validation result so far
 * @param specHash SHA-256 (hex) of the canonical run spec
 * @param dataHash of names, sizes and labels of the data set
 * @param backboneHash of the frozen weights
 * @param files everything in the checkpoint's folder but the manifest
 */
public record CheckpointRef(
        long step, int epoch, boolean best, String specHash, String dataHash, String backboneHash, List<File> files) {
    /**
     * @param name a plain file name
     * @param size in bytes
     * @param sha256 lower-case hex
     */
    public record File(String name, long size, String sha256) {}
}
