package dev.runyard.image;

import java.util.List;

/** What an image is of. */
enum Part {
    /** The lab's service, and the command line beside it for whoever keeps the lab. */
    SERVICE(
            "runyard-service",
            List.of("service", "cli"),
            List.of(
                    "java",
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "-jar",
                    "/opt/runyard/service/quarkus-run.jar"),
            List.of()),
    /** The command line with what workers need: {@code runyard worker --server …} unless something else is asked for. */
    WORKER("runyard-worker", List.of("agent", "cli"), List.of("/opt/runyard/bin/runyard"), List.of("worker", "--help"));

    private final String image;
    private final List<String> folders;
    private final List<String> entrypoint;
    private final List<String> arguments;

    Part(String image, List<String> folders, List<String> entrypoint, List<String> arguments) {
        this.image = image;
        this.folders = folders;
        this.entrypoint = entrypoint;
        this.arguments = arguments;
    }

    /** Its name without a registry. */
    String image() {
        return image;
    }

    /** Of an installation, each a layer. */
    List<String> folders() {
        return folders;
    }

    List<String> entrypoint() {
        return entrypoint;
    }

    List<String> arguments() {
        return arguments;
    }
}
