package dev.runyard.spec.table;

import java.text.Normalizer;
import java.util.Map;

/** Text in LaTeX that any pdflatex sets without a package, and back. */
public final class Latex {
    private static final Map<Integer, String> KNOWN = Map.ofEntries(
            Map.entry((int) '\\', "\\textbackslash{}"),
            Map.entry((int) '&', "\\&"),
            Map.entry((int) '%', "\\%"),
            Map.entry((int) '$', "\\$"),
            Map.entry((int) '#', "\\#"),
            Map.entry((int) '_', "\\_"),
            Map.entry((int) '{', "\\{"),
            Map.entry((int) '}', "\\}"),
            Map.entry((int) '~', "\\textasciitilde{}"),
            Map.entry((int) '^', "\\textasciicircum{}"),
            Map.entry((int) '<', "\\textless{}"),
            Map.entry((int) '>', "\\textgreater{}"),
            Map.entry((int) '|', "\\textbar{}"),
            Map.entry((int) '"', "''"),
            Map.entry((int) '[', "{[}"),
            Map.entry((int) ']', "{]}"),
            Map.entry((int) '*', "{*}"),
            Map.entry(0xa0, "~"),
            Map.entry(0xb1, "$\\pm$"),
            Map.entry(0xd7, "$\\times$"),
            Map.entry(0xdf, "\\ss{}"),
            Map.entry(0xe6, "\\ae{}"),
            Map.entry(0xc6, "\\AE{}"),
            Map.entry(0xf8, "\\o{}"),
            Map.entry(0xd8, "\\O{}"),
            Map.entry(0x142, "\\l{}"),
            Map.entry(0x141, "\\L{}"),
            Map.entry(0x3b1, "$\\alpha$"),
            Map.entry(0x3b2, "$\\beta$"),
            Map.entry(0x3b3, "$\\gamma$"),
            Map.entry(0x3b4, "$\\delta$"),
            Map.entry(0x3b5, "$\\epsilon$"),
            Map.entry(0x3bb, "$\\lambda$"),
            Map.entry(0x3bc, "$\\mu$"),
            Map.entry(0x3c3, "$\\sigma$"),
            Map.entry(0x3c4, "$\\tau$"),
            Map.entry(0x2013, "--"),
            Map.entry(0x2014, "---"),
            Map.entry(0x2018, "`"),
            Map.entry(0x2019, "'"),
            Map.entry(0x201c, "``"),
            Map.entry(0x201d, "''"),
            Map.entry(0x2020, "$\\dagger$"),
            Map.entry(0x2021, "$\\ddagger$"),
            Map.entry(0x2026, "\\dots{}"),
            Map.entry(0x2192, "$\\rightarrow$"),
            Map.entry(0x2212, "$-$"),
            Map.entry(0x2264, "$\\leq$"),
            Map.entry(0x2265, "$\\geq$"));

    /** What is put above or below a letter. */
    private static final Map<Integer, String> ACCENTS = Map.of(
            0x300, "\\`", 0x301, "\\'", 0x302, "\\^", 0x303, "\\~", 0x304, "\\=", 0x306, "\\u", 0x308, "\\\"", 0x30c,
            "\\v", 0x327, "\\c");

    private Latex() {}

    /** As text; a character that no plain font has, such as an emoji, as its number. */
    public static String text(String plain) {
        StringBuilder out = new StringBuilder();
        int[] points =
                Normalizer.normalize(plain, Normalizer.Form.NFD).codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            int point = points[i];
            String accent = i + 1 < points.length ? ACCENTS.get(points[i + 1]) : null;
            if (accent != null && Character.isLetter(point) && point < 0x80) {
                boolean dotless = (point == 'i' || point == 'j') && !accent.equals("\\c");
                out.append(accent)
                        .append('{')
                        .append(dotless ? "\\" : "")
                        .appendCodePoint(point)
                        .append('}');
                i++;
            } else if (KNOWN.containsKey(point)) {
                out.append(KNOWN.get(point));
            } else if (point >= ' ' && point < 0x7f) {
                out.appendCodePoint(point);
            } else if (Character.isWhitespace(point)) {
                out.append(' ');
            } else {
                out.append(String.format("{[}U+%04X{]}", point));
            }
        }
        return out.toString();
    }

    /** What a cell says, whatever emphasis and marks are around it. */
    public static String plain(String cell) {
        return cell.replaceAll("\\$\\^\\{[^$]*}\\$", "")
                .replace("$\\pm$", "±")
                .replace("---", "—")
                .replace("--", "–")
                .replace("$-$", "-")
                .replaceAll("\\\\(textbf|textit|emph|underline|mathbf)\\s*\\{", "")
                .replace("\\bfseries", "")
                .replaceAll("\\\\([%&#_])", "$1")
                .replaceAll("[{}$~]", " ")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
