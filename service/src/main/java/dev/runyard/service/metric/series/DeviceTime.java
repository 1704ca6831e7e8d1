package dev.runyard.service.metric.series;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How long a run's attempts had been on devices at a moment: attempts overlap nowhere, and waits between them do not count. */
final class DeviceTime {
    static final DeviceTime NONE = new DeviceTime();

    /** Seconds since 1970. */
    private record Attempt(double began, double ended) {}

    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Long> resumes = new ArrayList<>();

    void attempt(long number, @Nullable Long startStep, double began, double ended) {
        attempts.add(new Attempt(began, ended));
        if (number > 1 && startStep != null && startStep > 0) {
            resumes.add(startStep);
        }
    }

    /** Steps from which a further attempt went on. */
    List<Long> resumes() {
        return resumes;
    }

    /**
     * @param times microseconds since 1970
     * @return seconds, to a tenth; null where there was no attempt
     */
    @Nullable
    List<Double> at(List<Long> times) {
        if (attempts.isEmpty()) {
            return null;
        }
        return times.stream().map(time -> seconds(time / 1e6)).toList();
    }

    private double seconds(double time) {
        double sum = 0;
        for (Attempt attempt : attempts) {
            sum += Math.max(0, Math.min(time, attempt.ended()) - attempt.began());
        }
        return Math.rint(sum * 10) / 10;
    }
}
