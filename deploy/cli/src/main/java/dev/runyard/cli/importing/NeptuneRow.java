package dev.runyard.cli.importing;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/**
 * A row of neptune-exporter's tables: one value of a run, or one point of a series, in the column of its kind. Histograms are not read.
 * The columns are those of the exporter's model.py (2026-02).
 */
record NeptuneRow(Group row) {
    private static final List<String> COLUMNS = List.of(
            "project_id",
            "run_id",
            "attribute_path",
            "attribute_type",
            "step",
            "timestamp",
            "int_value",
            "float_value",
            "string_value",
            "bool_value",
            "datetime_value",
            "string_set_value",
            "file_value");

    /** Takes rows. */
    @FunctionalInterface
    interface Taker {
        void take(NeptuneRow row) throws IOException;
    }

    static void read(Path file, Taker taker) throws IOException {
        ParquetRows.read(file, COLUMNS, row -> taker.take(new NeptuneRow(row)));
    }

    String project() {
        return word("project_id");
    }

    String run() {
        return word("run_id");
    }

    String path() {
        return word("attribute_path");
    }

    String type() {
        return word("attribute_type");
    }

    private boolean has(String column) {
        return row.getFieldRepetitionCount(column) > 0;
    }

    private String word(String column) {
        return has(column) ? row.getString(column, 0) : "";
    }

    /** When it was measured, milliseconds since 1970. */
    @Nullable
    Long millis() {
        return has("timestamp") ? row.getLong("timestamp", 0) : null;
    }

    /** Of a series; a decimal of any physical type. */
    @Nullable
    BigDecimal step() {
        if (!has("step")) {
            return null;
        }
        PrimitiveType type = row.getType().getType("step").asPrimitiveType();
        int scale = type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal
                ? decimal.getScale()
                : 0;
        BigInteger unscaled =
                switch (type.getPrimitiveTypeName()) {
                    case INT32 -> BigInteger.valueOf(row.getInteger("step", 0));
                    case INT64 -> BigInteger.valueOf(row.getLong("step", 0));
                    default -> {
                        Binary bytes = row.getBinary("step", 0);
                        yield new BigInteger(bytes.getBytes());
                    }
                };
        return new BigDecimal(unscaled, scale);
    }

    @Nullable
    Double number() {
        return has("float_value") ? row.getDouble("float_value", 0) : null;
    }

    /** Of a value that is a time, milliseconds since 1970; 0 for another. */
    long moment() {
        return has("datetime_value") ? row.getLong("datetime_value", 0) : 0;
    }

    /** A value as a person writes it; null where there is none. */
    @Nullable
    String text() {
        return switch (type()) {
            case "float" -> has("float_value") ? Double.toString(row.getDouble("float_value", 0)) : null;
            case "int" -> has("int_value") ? Long.toString(row.getLong("int_value", 0)) : null;
            case "string" -> has("string_value") ? word("string_value") : null;
            case "bool" -> has("bool_value") ? Boolean.toString(row.getBoolean("bool_value", 0)) : null;
            case "datetime" ->
                has("datetime_value") ? Instant.ofEpochMilli(moment()).toString() : null;
            default -> has("string_set_value") ? String.join(",", all()) : null;
        };
    }

    /** The members of a set. */
    List<String> all() {
        List<String> all = new ArrayList<>();
        if (has("string_set_value")) {
            Group list = row.getGroup("string_set_value", 0);
            for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
                Group element = list.getGroup(0, i);
                if (element.getFieldRepetitionCount(0) > 0) {
                    all.add(element.getString(0, 0));
                }
            }
        }
        return all;
    }

    /** Where a file lies below those of its project; null: the row has none. */
    @Nullable
    String file() {
        if (!has("file_value")) {
            return null;
        }
        Group file = row.getGroup("file_value", 0);
        return file.getFieldRepetitionCount("path") > 0 ? file.getString("path", 0) : null;
    }
}
