package dev.runyard.spec;

/** Cells of RFC 4180 text. */
public final class Csv {
    private static final String FORMULA = "=+-@\t\r";

    private Csv() {}

    /** A text that somebody chose: one that a spreadsheet would take for a formula gets an apostrophe in front. */
    public static String cell(String text) {
        return quoted(!text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text);
    }

    /** What is no formula, whatever it begins with: a number, a time. */
    public static String quoted(String text) {
        return text.matches("[^\",\r\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
