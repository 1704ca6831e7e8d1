/** A table of words, its head first, as other programs take it. */
export type Words = readonly (readonly string[])[];

export const TABLE_FORMS = ["text", "Markdown", "LaTeX"] as const;
export type TableForm = (typeof TABLE_FORMS)[number];

const tidy = (cell: string) => cell.replace(/\s+/g, " ").trim();

/** Tab-separated, as spreadsheets take it. */
const tabs = (table: Words) => table.map((row) => row.map(tidy).join("\t")).join("\n");

function markdown([head = [], ...rows]: Words): string {
  const line = (row: readonly string[]) => `| ${row.map((cell) => tidy(cell).replace(/[\\|]/g, "\\$&")).join(" | ")} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`, ...rows.map(line)].join("\n");
}

const LATEX: Record<string, string> = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", "−": "$-$", "–": "--", "→": "$\\to$" };

/** Every sign that LaTeX would take for its own is written out. */
export const escapedLatex = (text: string) => tidy(text).replace(/[\\~^±−–→]|[&%$#_{}]/g, (sign) => LATEX[sign] ?? `\\${sign}`);

/** With the lines of the package booktabs. */
function latex([head = [], ...rows]: Words): string {
  const line = (row: readonly string[]) => `  ${row.map(escapedLatex).join(" & ")} \\\\`;
  return [`\\begin{tabular}{l${"r".repeat(Math.max(0, head.length - 1))}}`, "  \\toprule", line(head), "  \\midrule", ...rows.map(line), "  \\bottomrule", "\\end{tabular}"].join("\n");
}

export function tableText(table: Words, form: TableForm): string {
  return form === "text" ? tabs(table) : form === "Markdown" ? markdown(table) : latex(table);
}
