package dev.runyard.e2e.bench;

import dev.runyard.e2e.lab.LabProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** {@code runyard up} until it answers ready: once on an empty home, then on the existing one. Goal for the latter: 15 s. */
public final class StartBench {
    private StartBench() {}

    public static void main(String[] arguments) throws Exception {
        int times = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        Path home = Files.createTempDirectory("runyard-start");
        long begin = System.nanoTime();
        LabProcess lab = LabProcess.start(home, Map.of());
        try {
            System.out.printf(Locale.ROOT, "ready on an empty home: %.1f s%n", (System.nanoTime() - begin) / 1e9);
            double[] seconds = new double[times];
            for (int i = 0; i < times; i++) {
                lab.close();
                begin = System.nanoTime();
                lab.up();
                seconds[i] = (System.nanoTime() - begin) / 1e9;
            }
            System.out.println("ready on an existing home: " + new Quantiles(seconds).line("s"));
        } finally {
            lab.close();
        }
    }
}
