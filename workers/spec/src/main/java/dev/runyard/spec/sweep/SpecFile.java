package dev.runyard.spec.sweep;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runyard.spec.InvalidSpec;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.run.FinishedRun;
import dev.runyard.spec.run.RunRequest;
import dev.runyard.spec.run.SpecDocument;

/** What a file or the page's text field asks for: one run, or a sweep. */
public sealed interface SpecFile {
    /** How many runs it makes. */
    int runs();

    /** One run. */
    record Run(RunRequest request) implements SpecFile {
        @Override
        public int runs() {
            return 1;
        }
    }

    /** A sweep whose every run was checked. */
    record Sweep(SweepSpec spec) implements SpecFile {
        @Override
        public int runs() {
            return Points.count(spec);
        }
    }

    /** A task on a finished run, whose other fields only the lab knows; what it says itself was checked. */
    record Looks(ObjectNode request) implements SpecFile {
        @Override
        public int runs() {
            return 1;
        }
    }

    /**
     * YAML or JSON text.
     *
     * @throws InvalidSpec BAD_YAML, or whatever the spec breaks
     */
    static SpecFile read(String text) {
        return of(Json.yaml(text));
    }

    /**
     * A document with {@code base} is a sweep; one with {@code spec} a run with its name and experiment; one with
     * {@code dataset} or {@code command} a bare run spec. What names a finished run by {@code of} looks at it, with or without a spec around it.
     *
     * @throws InvalidSpec when it is none of these, or breaks a rule
     */
    static SpecFile of(ObjectNode document) {
        if (document.has("base")) {
            SweepSpec sweep = Json.read(document, SweepSpec.class);
            Points.check(sweep);
            return new Sweep(sweep);
        }
        if (FinishedRun.looked(document)) {
            FinishedRun.check(document);
            ObjectNode request = Json.mapper().createObjectNode();
            request.set("spec", document);
            return new Looks(request);
        }
        if (FinishedRun.looked(document.path("spec"))) {
            FinishedRun.check(document.path("spec"));
            return new Looks(document);
        }
        if (document.has("spec")) {
            return new Run(Json.read(document, RunRequest.class));
        }
        boolean program =
                document.has("command") || document.path("task").asText().equals("command");
        if (!document.has("dataset") && !program) {
            throw new InvalidSpec(
                    "MISSING_FIELD",
                    "",
                    "the document",
                    "has none of base, spec, dataset",
                    "put a run spec under base: for a sweep, or give dataset: for a run, or task: command and command: for a program");
        }
        for (String outer : new String[] {"experiment", "name", "priority", "priorityClass", "placement"}) {
            if (document.has(outer)) {
                throw new InvalidSpec(
                        "UNKNOWN_FIELD",
                        outer,
                        document.get(outer),
                        "does not stand beside " + (program ? "command" : "dataset"),
                        "put the run's own fields under spec:");
            }
        }
        return new Run(RunRequest.of(SpecDocument.submitted(document)));
    }
}
