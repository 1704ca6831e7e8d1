import { expect, test } from "vitest";
import { escapedLatex, tableText } from "./tableText";

const table = [
  ["method.prompts", "val/top1"],
  ["a_b | 50 %", "80.1 ± 0.4"],
];

test("a table goes into a spreadsheet, a note and a paper", () => {
  expect(tableText(table, "text")).toBe("method.prompts\tval/top1\na_b | 50 %\t80.1 ± 0.4");
  expect(tableText(table, "Markdown")).toBe("| method.prompts | val/top1 |\n|---|---:|\n| a_b \\| 50 % | 80.1 ± 0.4 |");
  expect(tableText(table, "LaTeX")).toBe(
    ["\\begin{tabular}{lr}", "  \\toprule", "  method.prompts & val/top1 \\\\", "  \\midrule", "  a\\_b | 50 \\% & 80.1 $\\pm$ 0.4 \\\\", "  \\bottomrule", "\\end{tabular}"].join("\n"),
  );
});

test("nothing in a cell becomes a command, a column or a row", () => {
  expect(escapedLatex("\\input{x} & {y}~^ #1 $z$")).toBe("\\textbackslash{}input\\{x\\} \\& \\{y\\}\\textasciitilde{}\\textasciicircum{} \\#1 \\$z\\$");
  expect(tableText([["a\tb", "c\nd"]], "text")).toBe("a b\tc d");
  expect(tableText([["a"], ["\\|"]], "Markdown")).toBe("| a |\n|---|\n| \\\\\\| |");
});
