package dev.runyard.cli.importing;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Another tracker's runs. */
interface Tracker {
    /** What is found, in the order in which it is taken over. What cannot be is told to {@code left}, one line each. */
    List<Past> runs(Consumer<String> left) throws IOException;

    /**
     * One run.
     *
     * @param origin tells it from every other run of every tracker; the same whenever it is looked at; behind its last slash the run's id there
     * @param status of MLflow's words: RUNNING, FINISHED, FAILED, KILLED
     * @param endedAt milliseconds since 1970; null while it runs
     */
    record Past(
            String origin,
            String experiment,
            String name,
            String status,
            long startedAt,
            @Nullable Long endedAt,
            SortedMap<String, String> params,
            SortedMap<String, String> tags,
            Content content) {
        boolean over() {
            return !status.equals("RUNNING");
        }
    }

    /** What a run holds beside its head; read when it is taken over. */
    interface Content {
        /** Hands on every point. */
        void points(PointTaker taker) throws IOException;

        /** Hands on every data set that the run read, as MLflow's log-inputs takes one: {@code {"tags": […], "dataset": {…}}}. */
        default void datasets(Consumer<JsonNode> taker) throws IOException {}

        /** Hands on every file; what cannot be had is told to {@code left}. */
        default void files(FileTaker taker, Consumer<String> left) throws IOException {}
    }

    /** Takes points. */
    @FunctionalInterface
    interface PointTaker {
        void take(String key, double value, long millis, long step) throws IOException;
    }

    /** Takes files. */
    @FunctionalInterface
    interface FileTaker {
        /** @param path within the run, with slashes */
        void take(String path, Path file) throws IOException;
    }
}
