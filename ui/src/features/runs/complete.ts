import type { KeyCatalogue } from "../../api/overRuns";
import { RUN_STATES } from "../../api/types";
import { value } from "../../components/format";

export interface Completion {
  /** The part of the text that a choice replaces. */
  from: number;
  to: number;
  choices: { value: string; hint?: string }[];
}

const COLUMNS = ["name", "state", "experiment", "sweep", "createdBy", "reason", "priority", "attempt", "step", "epoch", "createdAt", "startedAt", "endedAt"];
const OPERATORS: [string, string][] = [
  ["=", "is"],
  ["!=", "is not"],
  [">=", "at least"],
  ["<=", "at most"],
  [">", "more than"],
  ["<", "less than"],
  ["~", "contains"],
  ["=~", "matches a regular expression"],
  ["in", "one of (a, b)"],
  ["is null", "has none"],
  ["is not null", "has one"],
];
const MOST = 30;
/** What is an identifier of the grammar without ticks around it. */
const PLAIN = /^[\w.:/@-]+$/;

export const fieldText = (field: string) => (PLAIN.test(field) ? field : `\`${field}\``);
export const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** What may come next at `at` in an expression: a field, then how it is compared, then a value that runs have, then `and` or `or`. */
export function complete(text: string, at: number, catalogue: KeyCatalogue | undefined): Completion {
  const before = text.slice(0, at);
  const start = Math.max(before.lastIndexOf("("), ...[...before.matchAll(/\b(?:and|or|not)\s/gi)].map((found) => found.index + found[0].length - 1)) + 1;
  const term = before.slice(start);
  const lead = start + (term.length - term.trimStart().length);
  const said = term.trimStart();

  const compared = /^(`[^`]*`|[^\s=!<>~]+)\s*(=~|!~|!=|<=|>=|=|<|>|~|\bin\s*\(?|\blike\b|\bilike\b)\s*(.*)$/i.exec(said);
  if (compared) {
    const [, field = "", , typed = ""] = compared;
    if (/['"]\s+$|^[\w.-]+\s+$/.test(typed)) return pick(at, at, "", [["and", "both must hold"], ["or", "either"]]);
    const from = at - typed.length;
    return pick(from, at, typed.replace(/^['"]/, ""), valuesOf(field.replaceAll("`", ""), catalogue).map((one): [string, string] => [one, ""]));
  }
  const field = /^(`[^`]*`|[^\s=!<>~]+)\s+(\S*)$/.exec(said);
  if (field && isField(field[1]!.replaceAll("`", ""), catalogue)) return pick(at - field[2]!.length, at, field[2]!, OPERATORS);
  return pick(lead, at, said.replace(/^`/, ""), fields(catalogue));
}

function isField(name: string, catalogue: KeyCatalogue | undefined): boolean {
  return COLUMNS.includes(name) || name.startsWith("params.") || name.startsWith("metrics.") || (catalogue?.params.some((one) => one.key === name) ?? false);
}

function fields(catalogue: KeyCatalogue | undefined): [string, string][] {
  const metrics = (catalogue?.metrics ?? []).flatMap((one): [string, string][] => [
    ...(one.goal ? [[`metrics.${one.key}.best`, `${one.runs} runs`] as [string, string]] : []),
    [`metrics.${one.key}.last`, `${one.runs} runs`],
  ]);
  const params = (catalogue?.params ?? []).map((one): [string, string] => [`params.${one.key}`, one.varies ? `${one.distinct} values` : "the same everywhere"]);
  return [...metrics, ...params, ...COLUMNS.map((one): [string, string] => [one, ""])].map(([name, hint]) => [fieldText(name), hint]);
}

function valuesOf(field: string, catalogue: KeyCatalogue | undefined): string[] {
  if (field === "state") return RUN_STATES.map(quoted);
  const known = catalogue?.params.find((one) => `params.${one.key}` === field);
  return (known?.values ?? []).map((one) => (typeof one === "number" ? String(one) : quoted(value(one))));
}

function pick(from: number, to: number, typed: string, all: readonly [string, string][]): Completion {
  const wanted = typed.toLowerCase();
  const rank = (text: string) => (text.toLowerCase().startsWith(wanted) ? 0 : 1);
  const found = all.filter(([text]) => text.toLowerCase().includes(wanted)).sort((a, b) => rank(a[0]) - rank(b[0]));
  return { from, to, choices: found.slice(0, MOST).map(([text, hint]) => ({ value: text, ...(hint ? { hint } : {}) })) };
}
