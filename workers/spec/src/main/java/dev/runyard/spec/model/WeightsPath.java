package dev.runyard.spec.model;

import dev.runyard.spec.InvalidSpec;

/** Paths of weights on a worker's machine. */
final class WeightsPath {
    private WeightsPath() {}

    /** @throws InvalidSpec BAD_PATH when it is none, UNSAFE_FORMAT when reading such a file could run code */
    static void check(String field, String path) {
        if (path.isBlank() || path.indexOf('\0') >= 0) {
            throw new InvalidSpec("BAD_PATH", field, path.replace('\0', '?'), "must name a safetensors file", null);
        }
        if (path.matches("(?i).*\\.(pt|pth|ckpt|bin|pkl)")) {
            throw new InvalidSpec(
                    "UNSAFE_FORMAT",
                    field,
                    path,
                    "may run code when read; only safetensors is",
                    "convert it to safetensors first");
        }
    }
}
