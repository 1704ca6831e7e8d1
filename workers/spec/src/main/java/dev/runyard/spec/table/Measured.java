package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runyard.spec.judging.Answered;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the runs that match a definition say, before it is a table.
 *
 * @param cells one for each (row, column, metric) that has a run, also where nothing was measured
 * @param runs how many match
 * @param expected values that a whole cell has: as many as any of these runs, or their sweep, have seeds
 * @param unfinished runs that measured nothing because they failed, were cancelled or go on
 * @param unfinishedTotal how many there are, if more than are listed
 * @param parameters that the rows train, by their values' keys
 * @param gone runs that the definition names and that are deleted, or never were
 * @param pictures of finished runs, oldest first
 * @param answers that runs gave to each image, where a test is of these
 */
public record Measured(
        List<Cell> cells,
        long runs,
        int expected,
        List<Unfinished> unfinished,
        long unfinishedTotal,
        Map<List<String>, List<Double>> parameters,
        List<String> gone,
        Map<Answer, Answered> answers,
        List<Picture> pictures) {

    /**
     * A picture that a definition names.
     *
     * @param row of the run, its values of the definition's rows
     * @param run that has it, or that a task looked at which has it
     * @param artifact its name
     */
    public record Picture(List<JsonNode> row, UUID run, String artifact, String sha256) {}

    /** The answers of a run, for the definition's metric of that number. */
    public record Answer(UUID run, int metric) {}

    /**
     * @param row values of the definition's rows; null nodes where the runs have none
     * @param metric which of the definition's, from 0
     * @param first when its first run was made, in microseconds: rows and columns of no numbers keep this order
     * @param runs that match, in whatever state
     * @param values finite ones of finished runs, one for each of {@code over}, in its order
     * @param over what the values differ in, as text; a run without one stands for itself
     * @param ids of the runs that the values come from
     * @param repeated finished runs beside these that share one's seed
     * @param data different fingerprints of these runs' data, of what was trained on too where that is known
     * @param unknownData runs of which no fingerprint is known
     * @param judged different fingerprints of what these runs were judged on; empty unless that of each is known
     * @param differing paths, beside rows, columns and over, in which these runs differ
     */
    public record Cell(
            List<JsonNode> row,
            List<JsonNode> column,
            int metric,
            long first,
            long runs,
            long n,
            @Nullable Double mean,
            @Nullable Double std,
            List<Double> values,
            List<String> over,
            List<UUID> ids,
            long repeated,
            List<String> data,
            long unknownData,
            List<String> judged,
            List<String> differing) {
        /** Whether these runs are of different images. */
        boolean mixed() {
            return data.size() + (unknownData > 0 && !data.isEmpty() ? 1 : 0) > 1 || judged.size() > 1;
        }

        /** The same with what is known of its runs' configurations. */
        public Cell differingIn(List<String> paths) {
            return new Cell(
                    row,
                    column,
                    metric,
                    first,
                    runs,
                    n,
                    mean,
                    std,
                    values,
                    over,
                    ids,
                    repeated,
                    data,
                    unknownData,
                    judged,
                    paths);
        }
    }

    /** The same with the answers that its runs gave. */
    public Measured answered(Map<Answer, Answered> found) {
        return new Measured(
                cells, runs, expected, unfinished, unfinishedTotal, parameters, gone, Map.copyOf(found), pictures);
    }

    /** How {@code parameters} names a row: equal for equal values. */
    public static List<String> keys(List<JsonNode> row) {
        return Axis.keys(row);
    }

    /** @param row its values of the definition's rows */
    public record Unfinished(
            UUID run, String name, String state, @Nullable String why, List<JsonNode> row) {}
}
