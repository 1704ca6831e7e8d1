package dev.runyard.service.mlflow;

import java.util.concurrent.ThreadLocalRandom;

/** A name for a run that nobody named: calm-otter-417. */
final class RandomName {
    private static final String[] HOW = {
        "amber", "bold", "brisk", "calm", "clear", "cosy", "crisp", "dapper", "eager", "early", "fair", "fleet", "fond",
                "gentle",
        "glad", "grand", "keen", "kind", "lively", "loyal", "lucid", "merry", "mild", "neat", "noble", "nimble",
                "plain", "proud",
        "quick", "quiet", "rapid", "rosy", "sage", "sleek", "snug", "spry", "steady", "sunny", "swift", "tidy", "vivid",
                "warm",
        "wise", "witty"
    };
    private static final String[] WHO = {
        "ant", "auk", "bear", "bee", "bison", "crane", "crow", "deer", "dove", "duck", "eagle", "elk", "finch", "fox",
        "frog", "gull", "hare", "hawk", "heron", "ibis", "jay", "kite", "lark", "lynx", "mole", "moth", "newt", "otter",
        "owl", "panda", "pike", "quail", "raven", "robin", "seal", "shrew", "skink", "snail", "stork", "swan", "tern",
        "toad", "trout", "vole", "wolf", "wren"
    };

    private RandomName() {}

    static String next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return HOW[random.nextInt(HOW.length)] + "-" + WHO[random.nextInt(WHO.length)] + "-" + random.nextInt(1_000);
    }
}
