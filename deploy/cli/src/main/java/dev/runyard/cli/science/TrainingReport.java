package dev.runyard.cli.science;

import dev.runyard.cli.terminal.Cost;
import dev.runyard.cli.terminal.Progress;
import dev.runyard.cli.terminal.Table;
import dev.runyard.spec.json.Json;
import dev.runyard.spec.metric.MetricPoint;
import dev.runyard.spec.report.CheckpointRef;
import dev.runyard.spec.report.Order;
import dev.runyard.spec.report.Outcome;
import dev.runyard.vision.train.report.TrainingListener;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes what a training says into its folder, and shows how far it is. */
final class TrainingReport implements TrainingListener, AutoCloseable {
    private final Path folder;
    private final PrintStream out;
    private final Optional<String> mark;
    private final MetricFile metrics;
    private final Progress progress;
    private final Map<String, Double> last = new TreeMap<>();
    private volatile boolean stopping;

    /** @param mark of the spec, see {@link dev.runyard.spec.run.RunSpec#mark} */
    TrainingReport(Path folder, PrintStream out, Optional<String> mark) {
        this.mark = mark;
        this.folder = folder;
        this.out = out;
        this.metrics = new MetricFile(folder);
        this.progress = new Progress(out);
    }

    /** From another thread: checkpoint and end. */
    void stop() {
        stopping = true;
    }

    @Override
    public Order order() {
        return stopping ? Order.PAUSE : Order.CONTINUE;
    }

    @Override
    public void resumed(long step) {
        try {
            metrics.resume(step);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (step > 0) {
            out.println("resumed at step " + step);
        }
    }

    @Override
    public void points(List<MetricPoint> points) {
        try {
            metrics.add(points);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        points.forEach(point -> last.put(point.key(), point.value()));
    }

    @Override
    public void checkpoint(Path at, CheckpointRef ref) {
        try {
            metrics.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void log(String line) {
        progress.close();
        out.println(Table.printable(line));
    }

    @Override
    public void preparing(String what, long done, long of) {
        progress.show((double) done / Math.max(1, of), "preparing " + what + ", " + done + " of " + of);
    }

    @Override
    public void progress(long step, long steps, int epoch, int epochs) {
        progress.show(
                (double) step / Math.max(1, steps),
                "step " + step + "/" + steps + "  epoch " + epoch + "/" + epochs + value("train/loss", "loss")
                        + value("val/top1", "val/top1"));
    }

    private String value(String key, String name) {
        Double value = last.get(key);
        return value == null ? "" : String.format(Locale.ROOT, "  %s %.4g", name, value);
    }

    /** Writes {@code report.json} and the last values. */
    void end(Outcome outcome) throws IOException {
        progress.close();
        metrics.close();
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("outcome", outcome);
        report.put("last", last);
        mark.ifPresent(text -> report.put("mark", text));
        Files.writeString(
                folder.resolve("report.json"),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
        if (outcome instanceof Outcome.Finished) {
            Table table = new Table("METRIC", "LAST");
            last.forEach((key, value) -> {
                if (!Cost.holds(key)) {
                    table.row(key, String.format(Locale.ROOT, "%.6g", value));
                }
            });
            table.lines().forEach(out::println);
            mark.ifPresent(text -> out.println("note: " + text));
            out.println("cost: " + Cost.line(last::get));
            out.println("finished: " + folder);
        } else {
            out.println(
                    "stopped at step " + outcome.step() + " after a checkpoint; the same command goes on from there");
        }
    }

    @Override
    public void close() throws IOException {
        progress.close();
        metrics.close();
    }
}
