package dev.runyard.spec.table;

import dev.runyard.spec.Nearest;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a report is written as. */
public enum TableFormat {
    MARKDOWN("text/markdown", "md"),
    CSV("text/csv", "csv"),
    LATEX("application/x-tex", "tex");

    /** Of its files, without character set. */
    public final String type;

    /** Of its files' names. */
    public final String ending;

    TableFormat(String type, String ending) {
        this.type = type;
        this.ending = ending;
    }

    /**
     * @param word null: Markdown
     * @throws dev.runyard.spec.InvalidSpec UNKNOWN_VALUE
     */
    public static TableFormat of(@Nullable String word) {
        if (word == null || word.isEmpty()) {
            return MARKDOWN;
        }
        return Arrays.stream(values())
                .filter(format -> format.word().equals(word))
                .findFirst()
                .orElseThrow(() -> Nearest.unknown(
                        "format",
                        word,
                        Arrays.stream(values()).map(TableFormat::word).toList(),
                        "UNKNOWN_VALUE"));
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @param spec that the table is of */
    public String write(ReportTable table, ReportSpec spec) {
        return switch (this) {
            case MARKDOWN -> MarkdownTable.of(table);
            case CSV -> CsvTable.of(table);
            case LATEX -> LatexTable.of(table, spec);
        };
    }
}
