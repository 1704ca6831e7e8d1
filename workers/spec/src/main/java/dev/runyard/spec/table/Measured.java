package dev.runyard.spec.table;

import com.fasterxml.jackson.databind.JsonNode;
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
 */
public record Measured(
        List<Cell> cells,
        long runs,
        int expected,
        List<Unfinished> unfinished,
        long unfinishedTotal,
        Map<List<String>, List<Double>> parameters,
        List<String> gone) {

    /**
     * @param row values of the definition's rows; null nodes where the runs have none
     * @param metric which of the definition's, from 0
     * @param first when its first run was made, in microseconds: rows and columns of no numbers keep this order
     * @param runs that match, in whatever state
     * @param values finite ones of finished runs, one for each of {@code over}, in its order
     * @param over what the values differ in, as text; a run without one stands for itself
     * @param ids of the runs that the values come from
     * @param repeated finished runs beside these that share one's seed
     * @param data different fingerprints of these runs' data
     * @param unknownData runs of which no fingerprint is known
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
            List<String> differing) {
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
                    paths);
        }
    }

    /** How {@code parameters} names a row: equal for equal values. */
    public static List<String> keys(List<JsonNode> row) {
        return Axis.keys(row);
    }

    /** @param row its values of the definition's rows */
    public record Unfinished(
            UUID run, String name, String state, @Nullable String why, List<JsonNode> row) {}
}
