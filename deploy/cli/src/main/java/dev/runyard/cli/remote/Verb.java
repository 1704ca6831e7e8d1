package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A word that is said to things of the lab by their ids; each answers with its state. */
abstract class Verb implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    boolean json;

    private final String verb;

    Verb(String verb) {
        this.verb = verb;
    }

    /** Paths of what it is said to. All are looked up before anything is done: a wrong one among them changes nothing. */
    abstract List<String> paths(LabApi lab);

    @Override
    public Integer call() {
        LabApi lab = LabApi.ofEnvironment();
        for (String path : paths(lab)) {
            JsonNode now = lab.post(path + "/" + verb, null);
            System.out.println(
                    json
                            ? now.toPrettyString()
                            : now.path("id").asText() + " " + now.path("state").asText());
        }
        return 0;
    }
}
