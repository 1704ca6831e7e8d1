package dev.runyard.cli.lab;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code runyard down}. */
@Command(
        name = "down",
        description = "Stop the lab on this machine; runs that train are checkpointed and go on at the next up.")
public final class DownCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        LabHome home = LabHome.ofEnvironment();
        Leftovers leftovers = new Leftovers(home);
        Optional<ProcessHandle> keeper = leftovers.keeper();
        boolean running = keeper.isPresent() || home.running().isPresent();
        if (!running) {
            System.out.println("No lab runs on " + home.folder());
        }
        // The keeper stops its parts in order; what a killed keeper left is stopped here.
        keeper.ifPresent(
                up -> Leftovers.end(List.of(up), Lab.GRACE.multipliedBy(2).plus(Duration.ofSeconds(10))));
        leftovers.end(Lab.GRACE);
        leftovers.forget();
        if (running) {
            System.out.println("Lab stopped");
        }
        return 0;
    }
}
