package dev.runyard.cli.importing;

import dev.runyard.cli.terminal.Failure;
import dev.runyard.spec.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A table with a header, in one of three forms: a row a point ({@code key, value}), a row a step ({@code step} and a column a metric), a
 * row a run ({@code params.x}, {@code metrics.y}, {@code tags.z}). A column {@code run} or {@code name} tells runs apart.
 */
final class CsvTracker implements Tracker {
    private static final List<String> RUN = List.of("run", "name", "run_name", "id", "run_id");
    private static final List<String> STEP = List.of("step", "Step", "_step", "global_step");
    private static final List<String> TIME = List.of("time", "timestamp", "Timestamp", "_timestamp", "Wall time");

    private final Path file;
    private final String experiment;

    CsvTracker(Path file, String experiment) {
        this.file = file;
        this.experiment = experiment;
    }

    private record Point(String key, double value, long millis, long step) {}

    /** One run while the table is read. */
    private static final class Gathered {
        final TreeMap<String, String> params = new TreeMap<>();
        final TreeMap<String, String> tags = new TreeMap<>();
        final List<Point> points = new ArrayList<>();
    }

    @Override
    public List<Past> runs(Consumer<String> left) throws IOException {
        Map<String, Gathered> runs = new LinkedHashMap<>();
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            List<String> header = row(in);
            if (header == null) {
                throw Failure.badInput(file + " is empty", "its first line has to name the columns");
            }
            int run = column(header, RUN);
            int step = column(header, STEP);
            int time = column(header, TIME);
            boolean byPoint = header.contains("key") && header.contains("value");
            long line = 1;
            for (List<String> row = row(in); row != null; row = row(in)) {
                line++;
                if (row.size() != header.size()) {
                    throw Failure.badInput(
                            file + ": row " + line + " has " + row.size() + " cells, the header " + header.size(),
                            "correct the row");
                }
                String name = run < 0 ? stem() : row.get(run);
                Gathered to = runs.computeIfAbsent(name, n -> new Gathered());
                long at =
                        step < 0 || row.get(step).isEmpty() ? 0 : (long) number(row.get(step), line, header.get(step));
                long millis = time < 0 ? 0 : millis(row.get(time), line, header.get(time));
                if (byPoint) {
                    String value = row.get(header.indexOf("value"));
                    to.points.add(new Point(row.get(header.indexOf("key")), number(value, line, "value"), millis, at));
                    continue;
                }
                for (int c = 0; c < header.size(); c++) {
                    if (c != run && c != step && c != time && !row.get(c).isEmpty()) {
                        cell(to, header.get(c), row.get(c), step >= 0, new Point("", 0, millis, at), left);
                    }
                }
            }
        }
        String hash = Sha256.of(file);
        List<Past> found = new ArrayList<>();
        runs.forEach((name, run) -> found.add(past(hash, name, run)));
        return found;
    }

    private static void cell(
            Gathered to, String column, String text, boolean steps, Point place, Consumer<String> left) {
        Double value = real(text);
        if (column.startsWith("params.")) {
            to.params.put(column.substring(7), text);
        } else if (column.startsWith("tags.")) {
            to.tags.put(column.substring(5), text);
        } else if (value != null && (steps || column.startsWith("metrics."))) {
            String key = column.startsWith("metrics.") ? column.substring(8) : column;
            to.points.add(new Point(key, value, place.millis(), place.step()));
        } else {
            left.accept("column " + column
                    + (steps ? ": cells that are no numbers" : ": neither params., metrics. nor tags."));
        }
    }

    private Past past(String hash, String name, Gathered run) {
        long first = run.points.stream()
                .mapToLong(Point::millis)
                .filter(t -> t > 0)
                .min()
                .orElse(0);
        long last = run.points.stream().mapToLong(Point::millis).max().orElse(0);
        return new Past(
                "csv:" + hash + "/" + name,
                experiment,
                name,
                "FINISHED",
                first,
                Math.max(first, last),
                run.params,
                run.tags,
                taker -> {
                    for (Point point : run.points) {
                        taker.take(point.key(), point.value(), point.millis(), point.step());
                    }
                });
    }

    private String stem() {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    private static int column(List<String> header, List<String> names) {
        return names.stream()
                .mapToInt(header::indexOf)
                .filter(i -> i >= 0)
                .findFirst()
                .orElse(-1);
    }

    private double number(String text, long line, String column) {
        Double value = real(text);
        if (value == null) {
            throw Failure.badInput(
                    file + ": row " + line + ", column " + column + ": \"" + text + "\" is no number",
                    "correct the cell");
        }
        return value;
    }

    private static @Nullable Double real(String text) {
        try {
            return Double.valueOf(text.strip()
                    .replaceFirst("(?i)^([-+]?)inf(inity)?$", "$1Infinity")
                    .replaceFirst("(?i)^nan$", "NaN"));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** A time in ISO form, or a number: seconds since 1970, or milliseconds where it is too large for that. */
    private long millis(String text, long line, String column) {
        if (text.isBlank()) {
            return 0;
        }
        Double number = real(text);
        if (number != null) {
            return (long) (number > 1e11 ? number : number * 1_000);
        }
        try {
            return Instant.parse(text.strip()).toEpochMilli();
        } catch (DateTimeException e) {
            throw Failure.badInput(
                    file + ": row " + line + ", column " + column + ": \"" + text + "\" is no time",
                    "write 2026-01-31T12:00:00Z, or seconds since 1970");
        }
    }

    /** RFC 4180; null at the end. An apostrophe that was put before a formula is taken away. */
    private static @Nullable List<String> row(BufferedReader in) throws IOException {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        while (true) {
            int c = in.read();
            if (c < 0 && !any) {
                return null;
            }
            any = true;
            if (quoted && c >= 0) {
                if (c != '"') {
                    cell.append((char) c);
                    continue;
                }
                in.mark(1);
                if (in.read() == '"') {
                    cell.append('"');
                } else {
                    in.reset();
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\n' || c < 0) {
                cells.add(cell.toString().replaceFirst("^'(?=[=+@-])", "").replace("\uFEFF", ""));
                cell.setLength(0);
                if (c != ',') {
                    return cells;
                }
            } else if (c != '\r') {
                cell.append((char) c);
            }
        }
    }
}
