import type { Json, JsonObject } from "../../api/types";
import { getAt, isObject } from "./draft";
import { readYaml } from "./yamlDocument";

export interface Choice {
  label: string;
  /** What is written for it; `|` is where the cursor comes to stand. */
  text: string;
  /** Beside it: type or default. */
  detail: string;
  about: string;
  kind: "property" | "enum" | "constant";
}

export interface Choices {
  from: number;
  choices: Choice[];
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
/** The names that a map's keys may have, where they can be listed. */
const listed = (names: Node): unknown[] => (Array.isArray(names.enum) ? names.enum : nodes(names.anyOf).flatMap(listed));
const props = (node: Node): Record<string, Node> => (isNode(node.properties) ? (node.properties as Record<string, Node>) : {});

/** Where in the document a position is. */
interface Place {
  /** Keys from the root; `[]` is any item of a list. */
  path: string[];
  /** What is being written: a key of the map at `path`, or the value at it. */
  what: "key" | "value";
  /** The part of the word before the position. */
  word: string;
  indent: number;
}

const KEY = /^(\s*)((?:- +)*)(?:"([^"]*)"|([\w.-]+)):(?:\s|$)/;

/** The keys that a line stands under, by indentation. */
function above(lines: readonly string[], at: number, indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (let i = at; i >= 0 && limit > 0; i--) {
    const line = lines[i]!;
    if (/^\s*(#|$)/.test(line)) continue;
    const found = KEY.exec(line);
    const dash = /^(\s*)- /.exec(line);
    const own = found ? found[1]!.length + found[2]!.length : (dash?.[0].length ?? limit);
    if (found && own < limit) {
      path.unshift(found[3] ?? found[4]!);
      limit = own;
    }
    if (dash && dash[1]!.length < limit) {
      path.unshift("[]");
      limit = dash[1]!.length + 1;
      // A list may stand at the same depth as its key.
      const rest = above(lines, i - 1, limit);
      return [...rest, ...path];
    }
  }
  return path;
}

/** What is open in a line's flow (`{kind: pgn, pro`), and what is being written in it. */
function inFlow(text: string): { keys: string[]; part: string } | undefined {
  const open: { sign: string; key: string | undefined; from: number }[] = [];
  let last: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!;
    if (sign === "{" || sign === "[") {
      open.push({ sign, key: last, from: i + 1 });
      last = undefined;
    } else if (sign === "}" || sign === "]") open.pop();
    else if (sign === "," && open.length > 0) {
      open.at(-1)!.from = i + 1;
      last = undefined;
    } else if (sign === ":") last = /([\w.-]+)$/.exec(text.slice(0, i))?.[1];
  }
  const inner = open.at(-1);
  if (!inner) return undefined;
  return { keys: open.flatMap(({ sign, key }) => [...(key ? [key] : []), ...(sign === "[" ? ["[]"] : [])]), part: text.slice(inner.from) };
}

export function placeAt(text: string, position: number): Place {
  const lines = text.slice(0, position).split("\n");
  const line = lines.at(-1)!;
  const before = lines.length - 2;
  const flow = inFlow(line.replace(/^(\s*(?:- +)*)/, (lead) => " ".repeat(lead.length)));
  const lead = /^\s*(?:- +)*/.exec(line)![0];
  const indent = lead.length;
  const dashes = (lead.match(/-/g) ?? []).length;
  const outer = [...above(lines, before, dashes > 0 ? lead.indexOf("-") + 1 : indent), ...Array<string>(dashes).fill("[]")];
  const part = flow ? flow.part : line.slice(lead.length);
  const base = flow ? [...outer, ...flow.keys] : outer;
  const valued = /^\s*"?([\w.-]+)"?:\s+(.*)$/.exec(part);
  if (valued) return { path: [...base, valued[1]!], what: "value", word: /[^\s,[{]*$/.exec(valued[2]!)![0], indent };
  const word = part.trimStart();
  return { path: base, what: base.at(-1) === "[]" && flow ? "value" : "key", word, indent };
}

/** All that a node can be: its alternatives, of which the one the document has chosen stands alone. */
function alternatives(node: Node, chosen: Json | undefined): Node[] {
  const options = nodes(node.oneOf ?? node.anyOf);
  if (options.length === 0) return [node];
  const kind = isObject(chosen) ? chosen.kind : undefined;
  const fitting = options.filter((option) => kind !== undefined && props(option).kind?.const === kind);
  return fitting.length > 0 ? fitting : options;
}

function step(all: readonly Node[], key: string): Node[] {
  return all.flatMap((node) => {
    const next = key === "[]" ? node.items : (props(node)[key] ?? node.additionalProperties);
    return isNode(next) ? [next] : [];
  });
}

/** The schema of what a place may hold. @param tree what the document says so far */
function schemaAt(schema: JsonObject, path: readonly string[], tree: JsonObject): Node[] {
  let found = alternatives(schema as Node, tree);
  const walked: string[] = [];
  for (const key of path) {
    walked.push(key);
    const here = getAt(tree, walked.join("."));
    found = step(found, key).flatMap((node) => alternatives(node, here));
  }
  return found;
}

/** A run may stand in the text bare, under `spec`, or as the base of a sweep: the sweep's schema has all three. */
export function rootOf(sweep: JsonObject, tree: JsonObject): JsonObject {
  const own = sweep.properties as Record<string, JsonObject>;
  const base = own.base!;
  if ("base" in tree) return sweep;
  if ("spec" in tree) return { type: "object", properties: { experiment: own.experiment!, name: own.name!, priority: own.priority!, priorityClass: own.priorityClass!, placement: own.placement!, spec: base } };
  if (Object.keys(tree).some((key) => key in own && key !== "base")) return sweep;
  return { type: "object", properties: { ...(base.properties as JsonObject), ...(Object.keys(tree).length === 0 ? own : { base }) } };
}

const words = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const typeOf = (node: Node) => (node.enum || node.const !== undefined ? "choice" : typeof node.type === "string" ? node.type : node.oneOf ? "kind" : "");

function keyChoice(name: string, node: Node, indent: number): Choice {
  const inner = node.type === "object" && node.properties ? `${name}:\n${" ".repeat(indent + 2)}|` : `${name}: |`;
  const standard = node.default === undefined ? "" : isNode(node.default) ? `default: ${words(node.default.kind ?? "{…}")}` : `default: ${words(node.default)}`;
  return { label: name, text: inner, detail: standard || typeOf(node), about: typeof node.description === "string" ? node.description : "", kind: "property" };
}

function valueChoices(node: Node): Choice[] {
  const about = typeof node.description === "string" ? node.description : "";
  const one = (value: unknown, detail: string): Choice => ({ label: words(value), text: words(value), detail, about, kind: "enum" });
  const standard = node.default;
  const found: Choice[] = [];
  if (node.const !== undefined) found.push(one(node.const, ""));
  if (Array.isArray(node.enum)) for (const value of node.enum) found.push(one(value, value === standard ? "default" : ""));
  if (node.type === "boolean") found.push(one(true, standard === true ? "default" : ""), one(false, standard === false ? "default" : ""));
  if (found.length === 0 && standard !== undefined && !isNode(standard)) found.push(one(standard, "default"));
  return found;
}

const RANGES: readonly (readonly [string, string, string])[] = [
  ["[ … ]", "[|]", "each of these values"],
  ["uniform", "{uniform: [|]}", "reals between two bounds"],
  ["logUniform", "{logUniform: [|]}", "the same, even in the logarithm"],
  ["integers", "{integers: [|]}", "whole numbers, both bounds included"],
];

/** What can be written at a position of a spec. Empty where the schema knows nothing. */
export function completions(text: string, position: number, sweep: JsonObject): Choices {
  const place = placeAt(text, position);
  // What is being written makes the rest hard to read: its line is left out of what the document says.
  const start = text.lastIndexOf("\n", position - 1) + 1;
  const end = text.indexOf("\n", position);
  const tree = readYaml(text).tree ?? readYaml(text.slice(0, start) + (end < 0 ? "" : text.slice(end + 1))).tree ?? {};
  const root = rootOf(sweep, tree);
  const from = position - place.word.length;
  const axis = place.path[0] === "axes" && place.path.length > 1 ? place.path[1] : undefined;
  if (axis && (place.what === "value" || place.path.at(-1) === "[]")) {
    const base = isObject(tree.base) ? tree.base : {};
    const spec = (sweep.properties as JsonObject).base as JsonObject;
    const listed = place.path.at(-1) === "[]" || /\[[^\]]*$/.test(text.slice(start, position));
    if (listed) return { from, choices: distinct(schemaAt(spec, axis.split("."), base).flatMap(valueChoices)) };
    return { from, choices: RANGES.map(([label, written, about]) => ({ label, text: written, detail: about, about: "", kind: "constant" as const })) };
  }
  const all = schemaAt(root, place.path, tree);
  if (place.what === "value") {
    const kinds = all.flatMap((node) => (isNode(props(node).kind) && props(node).kind!.const !== undefined ? [{ ...keyChoice("kind", props(node).kind!, 0), label: `{kind: ${words(props(node).kind!.const)}}`, text: `{kind: ${words(props(node).kind!.const)}|}`, about: String(node.description ?? "") }] : []));
    return { from, choices: distinct([...all.flatMap(valueChoices), ...kinds]) };
  }
  const held = place.path.length === 0 ? tree : getAt(tree, place.path.join("."));
  const taken = new Set(isObject(held) ? Object.keys(held) : []);
  const flow = /[{[][^}\]]*$/.test(text.slice(start, position));
  const keys = all.flatMap((node) => {
    const free = isNode(node.propertyNames) ? listed(node.propertyNames).map((name): Choice => ({ label: words(name), text: `${words(name)}: |`, detail: "", about: "", kind: "property" })) : [];
    return [...Object.entries(props(node)).map(([name, child]) => keyChoice(name, flow ? { ...child, properties: undefined } : child, place.indent)), ...free];
  });
  return { from, choices: distinct(keys.filter(({ label }) => !taken.has(label) || label === place.word)) };
}

function distinct(choices: readonly Choice[]): Choice[] {
  return [...new Map(choices.map((choice) => [choice.label, choice])).values()];
}
