package dev.runyard.vision.serve;

import dev.runyard.spec.InvalidSpec;

/**
 * How a model is served.
 *
 * @param port on loopback; 0 for any free one
 * @param gradients whether prompts may be sent and gradients asked for, which training needs and use does not
 * @param largestBody bytes of one request
 */
public record ServerOptions(int port, boolean gradients, long largestBody) {
    /** 64 MiB: 111 images of 224 px. */
    public static final long LARGEST_BODY = 64L << 20;

    public ServerOptions {
        if (port < 0 || port > 65_535) {
            throw new InvalidSpec("OUT_OF_RANGE", "port", port, "must lie in [0, 65535]", null);
        }
        if (largestBody < 1) {
            throw new InvalidSpec("OUT_OF_RANGE", "largestBody", largestBody, "must be 1 or more", null);
        }
    }

    /** Embeddings only, on any free port. */
    public static ServerOptions embeddings() {
        return new ServerOptions(0, false, LARGEST_BODY);
    }
}
