package dev.runyard.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.cli.terminal.Table;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runyard logs}. */
@Command(name = "logs", description = "Print what a run's attempts wrote.")
public final class LogsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "ID", description = "Of a run; a beginning that is unique is enough.")
    String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the run is over.")
    boolean follow;

    @Option(names = "--json", description = "Print one JSON object a line.")
    boolean json;

    @Override
    public Integer call() throws InterruptedException {
        LabApi lab = LabApi.ofEnvironment();
        String run = "runs/" + Found.run(lab, id).id();
        long after = -1;
        boolean over;
        do {
            // Asked before the lines: what is written last is not missed.
            over = !follow || RunProgress.over(lab.get(run));
            long before;
            do {
                before = after;
                JsonNode page = lab.get(run + "/logs?limit=1000" + (after < 0 ? "" : "&after=" + after));
                for (JsonNode line : page.path("items")) {
                    after = line.path("seq").asLong();
                    System.out.println(
                            json
                                    ? line.toString()
                                    : Shown.time(line.path("time")) + " ["
                                            + line.path("attempt").asText() + "] "
                                            + Table.printable(line.path("line").asText()));
                }
            } while (after > before);
            if (!over) {
                TimeUnit.SECONDS.sleep(1);
            }
        } while (!over);
        return 0;
    }
}
