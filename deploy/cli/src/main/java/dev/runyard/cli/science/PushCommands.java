package dev.runyard.cli.science;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.cli.lab.LabHome;
import dev.runyard.cli.remote.LabApi;
import dev.runyard.cli.remote.Shown;
import dev.runyard.cli.terminal.Failure;
import dev.runyard.cli.terminal.GivenPath;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.Names;
import dev.runyard.spec.Sha256;
import dev.runyard.spec.dataset.DatasetSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.Needs;
import dev.runyard.vision.convert.Contents;
import dev.runyard.vision.data.Dataset;
import dev.runyard.vision.data.Datasets;
import dev.runyard.vision.tensor.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Data sets and weights put into the lab's store under a name, for hosts without a place of their own for them. */
final class PushCommands {
    private PushCommands() {}

    /** {@code runyard data push}. */
    @Command(
            name = "push",
            mixinStandardHelpOptions = true,
            description = {
                "Put a copy of a data set into the lab's store, under a name that specs say as dataset.name;",
                "hosts that do not offer the name fetch it. What was cut off goes on where it ended."
            })
    static final class Data implements Callable<Integer> {
        @Parameters(paramLabel = "PATH", description = "A folder or a zip.")
        Path path;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "1 to 100 letters, digits, . _ -")
        String name;

        @Option(
                names = "--id",
                paramLabel = "ID",
                description = "How it is read, as a spec's dataset.id; default: NAME where that is one, else folder.")
        @Nullable
        String asked;

        @Override
        public Integer call() throws IOException {
            refuseName(name);
            String id = asked == null ? DatasetSpec.named(name) : asked;
            if (!DatasetSpec.hasRoot(id)) {
                throw Failure.badInput(
                        "--id \"" + id + "\" is no data set that has a folder",
                        "give --id folder, for one class a folder, or the id of a data set that has one");
            }
            Path given = GivenPath.absolute(path.toString());
            if (!Files.exists(given)) {
                throw Failure.badInput("there is no folder or zip " + path, "check the path");
            }
            LabApi lab = LabApi.ofEnvironment();
            LabHome home = LabHome.ofEnvironment();
            home.prepare();
            Path made = null;
            try {
                if (Files.isDirectory(given)) {
                    fingerprint(
                            id, given, home); // what is no data set is said of the folder, before it is put together
                    made = Files.createTempFile(Files.createDirectories(LocalEngine.dataCache(home)), "push", ".zip");
                    made.toFile().deleteOnExit();
                    FolderArchive.write(given, made);
                }
                Path archive = made == null ? given : made;
                push(lab, "dataset", name, archive, id, fingerprint(id, archive, home));
            } finally {
                if (made != null) {
                    Files.deleteIfExists(made);
                }
            }
            return 0;
        }

        /** As a worker computes it of what it offers, after the same look at what is in it. */
        private static String fingerprint(String id, Path archive, LabHome home) throws IOException {
            DatasetSpec spec = new DatasetSpec(id, archive.toString(), null, null, null);
            try (Dataset opened = Datasets.openForEvaluation(spec, LocalEngine.dataCache(home), 0)) {
                return opened.hash();
            }
        }
    }

    /** {@code runyard weights push}. */
    @Command(
            name = "push",
            mixinStandardHelpOptions = true,
            description = {
                "Put a file of weights into the lab's store, under a name that specs say as backbone.weights;",
                "hosts that do not offer the name fetch it. What was cut off goes on where it ended."
            })
    static final class Weights implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A safetensors file, which says by itself what it is.")
        Path path;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "1 to 100 letters, digits, . _ -")
        String name;

        @Override
        public Integer call() throws IOException {
            refuseName(name);
            if (!Needs.isName(name)) {
                throw Failure.badInput(
                        "--name \"" + name + "\" is that of shipped weights or of a file", "take another name");
            }
            Path given = GivenPath.absolute(path.toString());
            if (!Files.isRegularFile(given)) {
                throw Failure.badInput(
                        Files.exists(given) ? path + " is no file" : "there is no file " + path,
                        "name one safetensors file");
            }
            if (Files.exists(given.resolveSibling("config.json"))) {
                // Elsewhere the same file would be read with other sizes and another normalisation, under the same
                // fingerprint.
                throw Failure.badInput(
                        path + " has a config.json beside it, and a pushed file travels alone",
                        "name it in the data.yaml of each host, or push a copy from a folder of its own if the file says all itself");
            }
            Contents contents;
            try (Safetensors tensors = Safetensors.open(given)) {
                contents = Contents.of(given, tensors);
            }
            refuseUseless(contents);
            push(LabApi.ofEnvironment(), "weights", name, given, null, contents.sha256());
            return 0;
        }
    }

    /** Hosts would refuse what they fetched. */
    private static void refuseUseless(Contents contents) {
        List<String> faults = contents.models().stream()
                .filter(model -> model.kind().equals("vision tower"))
                .map(Contents.Held::fault)
                .toList();
        if (faults.stream().noneMatch(String::isEmpty)) {
            throw Failure.badInput(
                    faults.isEmpty() ? "the file holds no backbone that Runyard knows" : faults.get(0),
                    "\"runyard weights inspect\" says what it holds");
        }
    }

    /** {@code runyard data forget}, {@code runyard weights forget}. */
    abstract static class Forget implements Callable<Integer> {
        private final String kind;

        @Parameters(paramLabel = "NAME", description = "As it was pushed.")
        String name;

        Forget(String kind) {
            this.kind = kind;
        }

        @Override
        public Integer call() {
            refuseName(name);
            LabApi.ofEnvironment().delete("places/" + kind + "/" + LabApi.encode(name));
            System.out.println("The lab has no " + kind + ":" + name
                    + " any more. What hosts fetched stays until they need the room.");
            return 0;
        }
    }

    /** {@code runyard data forget}. */
    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = "Take the name of a data set that was pushed back, once no run that is not over needs it.")
    static final class ForgetData extends Forget {
        ForgetData() {
            super("dataset");
        }
    }

    /** {@code runyard weights forget}. */
    @Command(
            name = "forget",
            mixinStandardHelpOptions = true,
            description = "Take the name of weights that were pushed back, once no run that is not over needs them.")
    static final class ForgetWeights extends Forget {
        ForgetWeights() {
            super("weights");
        }
    }

    private static void refuseName(String name) {
        try {
            Names.place("--name", name);
        } catch (InvalidSpec e) {
            throw Failure.badInput(String.valueOf(e.getMessage()), null);
        }
    }

    private static void push(LabApi lab, String kind, String name, Path file, @Nullable String id, String fingerprint)
            throws IOException {
        String need = kind + ":" + name;
        refuseTaken(lab, need, id, fingerprint);
        String sha256 = Sha256.of(file);
        lab.store(sha256, file);
        ObjectNode body = Json.mapper().createObjectNode().put("sha256", sha256).put("fingerprint", fingerprint);
        if (id != null) {
            body.put("id", id);
        }
        String path = "places/" + kind + "/" + LabApi.encode(name);
        JsonNode there = lab.refer(path, body)
                // Only now the lab saw that what it has is damaged.
                .or(() -> {
                    lab.store(sha256, file);
                    return lab.refer(path, body);
                })
                .orElseThrow(() -> Failure.fault(
                        "the lab does not keep the file of " + need, "try again; \"runyard doctor\" looks at the lab"));
        System.out.println(
                "The lab has " + need + ", " + Shown.bytes(there.path("size").asLong()) + ", fingerprint "
                        + there.path("fingerprint").asText() + ", pushed by "
                        + there.path("pushedBy").asText() + ".");
    }

    /** Before anything is sent; the lab looks again. */
    private static void refuseTaken(LabApi lab, String need, @Nullable String id, String fingerprint) {
        for (JsonNode there : lab.get("places")) {
            boolean same = there.path("fingerprint").asText().equals(fingerprint)
                    && (id == null || there.path("id").asText().equals(id));
            if (there.path("need").asText().equals(need) && !same) {
                throw Failure.badInput(
                        "another content was pushed as " + need + " by "
                                + there.path("pushedBy").asText(),
                        "take another --name, or \"runyard " + (id == null ? "weights" : "data")
                                + " forget\" that first");
            }
        }
    }
}
