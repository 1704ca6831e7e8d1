package dev.runyard.service.metric.series;

import dev.runyard.service.metric.history.GhostFold;
import dev.runyard.service.metric.history.HistoryView;
import dev.runyard.service.metric.history.MetricHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A curve's columns while they are read. */
final class SeriesColumns {
    private final List<Long> steps = new ArrayList<>();
    private final List<@Nullable Double> epochs = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private final List<Number> last = new ArrayList<>();
    private final List<@Nullable Number> min = new ArrayList<>();
    private final List<@Nullable Number> max = new ArrayList<>();

    void point(long step, @Nullable Double epoch, long time, double value) {
        steps.add(step);
        epochs.add(epoch);
        times.add(time);
        last.add(value);
    }

    /** Values as floats, times in milliseconds, epochs to a ten-thousandth: a drawn curve shows no more, and they are shorter. */
    void bucket(
            long step,
            @Nullable Double epoch,
            long time,
            double value,
            @Nullable Double least,
            @Nullable Double greatest) {
        steps.add(step);
        epochs.add(epoch == null ? null : Math.rint(epoch * 10_000) / 10_000);
        times.add(Math.floorDiv(time, 1_000) * 1_000);
        last.add((float) value);
        min.add(least == null ? null : (Number) least.floatValue());
        max.add(greatest == null ? null : (Number) greatest.floatValue());
    }

    void clear() {
        List.of(steps, epochs, times, last, min, max).forEach(List::clear);
    }

    SeriesView.Series view(
            SeriesAsk.Pair pair,
            long points,
            long nonFinite,
            boolean exact,
            DeviceTime device,
            @Nullable List<SeriesView.Ghost> ghosts,
            boolean reset) {
        return new SeriesView.Series(
                pair.run(),
                pair.key(),
                points,
                nonFinite,
                exact,
                steps,
                told(epochs),
                times,
                last,
                exact ? null : min,
                exact ? null : max,
                device.at(times),
                device.resumes(),
                ghosts,
                reset);
    }

    /** At most twice {@code most} points: the least and the greatest of each stretch. */
    SeriesView.Ghost ghost(long attempt, int most) {
        GhostFold fold = new GhostFold(steps.size(), most);
        for (int i = 0; i < steps.size(); i++) {
            fold.add(new HistoryView.Point(
                    steps.get(i),
                    epochs.get(i),
                    last.get(i).doubleValue(),
                    MetricHistory.instant(times.get(i)),
                    attempt));
        }
        SeriesColumns thin = new SeriesColumns();
        List<HistoryView.Point> kept = steps.size() <= 2 * most ? List.of() : fold.points();
        kept.forEach(p -> thin.point(
                p.step(),
                p.epoch(),
                p.time().getEpochSecond() * 1_000_000 + p.time().getNano() / 1_000,
                p.value()));
        SeriesColumns shown = steps.size() <= 2 * most ? this : thin;
        return new SeriesView.Ghost(attempt, shown.steps, told(shown.epochs), shown.times, shown.last);
    }

    private static @Nullable List<@Nullable Double> told(List<@Nullable Double> epochs) {
        return epochs.stream().anyMatch(Objects::nonNull) ? epochs : null;
    }
}
