package dev.runyard.spec.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.runyard.spec.InvalidSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A checkpoint that exists: its manifest was written last and read back.
 *
 * @param step optimiser steps done
 * @param epoch whole epochs done
 * @param best whether it holds the best validation result so far
 * @param specHash SHA-256 (hex) of the canonical run spec
 * @param dataHash of names, sizes and labels of the data set
 * @param backboneHash of the frozen weights
 * @param inputs SHA-256 by spec field of the further files that the spec names (text features, templates, a DINO head, first weights of
 *     the PGN's network); empty when it names none, and in manifests older than this field
 * @param files everything in the checkpoint's folder but the manifest; no name twice
 */
public record CheckpointRef(
        long step,
        int epoch,
        boolean best,
        String specHash,
        String dataHash,
        String backboneHash,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> inputs,
        List<File> files) {

    public CheckpointRef {
        Checks.notNegative("step", step);
        Checks.notNegative("epoch", epoch);
        specHash = Checks.given("specHash", specHash);
        dataHash = Checks.given("dataHash", dataHash);
        backboneHash = Checks.given("backboneHash", backboneHash);
        inputs = inputs == null ? Map.of() : Map.copyOf(inputs);
        files = List.copyOf(Checks.given("files", files));
        Set<String> names = new HashSet<>();
        for (File file : files) {
            if (!names.add(file.name())) {
                throw new InvalidSpec("DUPLICATE_VALUE", "files", file.name(), "is listed twice", null);
            }
        }
    }

    /** Of a run that names no further files. */
    public CheckpointRef(
            long step,
            int epoch,
            boolean best,
            String specHash,
            String dataHash,
            String backboneHash,
            List<File> files) {
        this(step, epoch, best, specHash, dataHash, backboneHash, Map.of(), files);
    }

    /**
     * @param name a plain file name: letters, digits, {@code . _ -}, not beginning with a dot; at most 100
     * @param size in bytes
     * @param sha256 lower-case hex
     */
    public record File(String name, long size, String sha256) {
        // A worker writes a file of this name: what could lead out of its folder must not exist.
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");
        private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

        public File {
            Checks.notNegative("size", size);
            if (!NAME.matcher(Checks.given("name", name)).matches()) {
                throw new InvalidSpec("BAD_NAME", "name", name, "must be a plain file name", null);
            }
            if (!HEX.matcher(Checks.given("sha256", sha256)).matches()) {
                throw new InvalidSpec("BAD_HASH", "sha256", sha256, "must be 64 lower-case hex digits", null);
            }
        }
    }
}
