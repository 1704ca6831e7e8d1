import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument, stringify, visit, type YAMLMap } from "yaml";
import type { Json, JsonObject } from "../../api/types";
import { isObject } from "./draft";

/** What a mark in the text is about. */
export interface Mark {
  from: number;
  to: number;
  /** From 1. */
  line: number;
  column: number;
  message: string;
}

export interface Written {
  document: Document;
  lines: LineCounter;
  /** What stands in it; undefined while it is no map or cannot be read. */
  tree: JsonObject | undefined;
}

/** Scalars as the service reads them: those of YAML 1.2, so that `no` is a text. */
export function readYaml(text: string): Written {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const json: unknown = document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) : undefined;
  return { document, lines, tree: isObject(json as Json) ? (json as JsonObject) : undefined };
}

/** What cannot be read at all. */
export function syntaxMarks({ document, lines }: Written): Mark[] {
  return document.errors.map(({ pos: [from, to], message }) => {
    const { line, col } = lines.linePos(from);
    return { from, to, line, column: col, message };
  });
}

/** The keys of a map that begin this path: `axes.method.prompts` has the key `method.prompts` under `axes`. */
function child(node: Node | null | undefined, parts: readonly string[]): { key: Node | null; value: Node | null; used: number } | undefined {
  if (isSeq(node)) {
    const at = Number(parts[0]);
    const item = node.items[at];
    return isNode(item) ? { key: item, value: item, used: 1 } : undefined;
  }
  if (!isMap(node)) return undefined;
  for (let used = parts.length; used > 0; used--) {
    const name = parts.slice(0, used).join(".");
    const pair = node.items.find((one) => isPair(one) && String(isScalar(one.key) ? one.key.value : one.key) === name);
    if (pair) return { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null, used };
  }
  return undefined;
}

/**
 * Where the service's dotted path stands in the text; where it does not (a field is missing), what should have held it.
 * The path may begin inside the spec, as that of a bare run does.
 */
export function placeOf({ document, lines }: Written, path: string, message: string): Mark | undefined {
  const root = document.contents;
  const starts: (Node | null)[] = [root as Node | null];
  if (isMap(root)) for (const key of ["base", "spec"]) if (isNode(root.get(key, true))) starts.push(root.get(key, true) as unknown as Node);
  let best: { node: Node; left: number } | undefined;
  for (const start of starts) {
    let at: Node | null = start;
    let parts = path.replace(/\[(\d+)\]/g, ".$1").split(".").filter(Boolean);
    let named: Node | null = null;
    while (parts.length > 0) {
      const found = child(at, parts);
      if (!found) break;
      named = found.value && parts.length === found.used ? found.value : (found.key ?? found.value);
      parts = parts.slice(found.used);
      at = found.value;
    }
    if (named && (!best || parts.length < best.left)) best = { node: named, left: parts.length };
  }
  const range = best?.node.range;
  if (!range) return undefined;
  const { line, col } = lines.linePos(range[0]);
  // A whole block would be underlined from end to end: its first line says where.
  const end = lines.lineStarts[line] === undefined ? range[1] : Math.min(range[1], lines.lineStarts[line] - 1);
  return { from: range[0], to: Math.max(end, range[0] + 1), line, column: col, message };
}

const json = (value: unknown) => JSON.stringify(value);

/** Lists of plain values stand on one line. */
function node(document: Document, value: Json): Node {
  const made = document.createNode(value);
  visit(made, { Seq: (_, seq) => void (seq.items.every((item) => isScalar(item)) && (seq.flow = true)) });
  return made as Node;
}

function merge(document: Document, map: YAMLMap, tree: JsonObject): void {
  for (const pair of [...map.items]) {
    const name = String(isScalar(pair.key) ? pair.key.value : pair.key);
    if (!(name in tree)) map.delete(pair.key);
  }
  for (const [key, value] of Object.entries(tree)) {
    const old = map.get(key, true) as Node | undefined;
    if (isMap(old) && isObject(value)) merge(document, old, value);
    else if (!old || json(old.toJS(document)) !== json(value)) {
      const made = node(document, value);
      if (old?.comment) made.comment = old.comment;
      map.set(key, made);
    }
  }
}

/** A text that says `tree`, as like to `source` as can be: comments, order and the way things are written stay where nothing changed. */
export function rewritten(source: string, tree: JsonObject): string {
  const { document, tree: old } = readYaml(source);
  if (!old || !isMap(document.contents)) return stringify(tree, { lineWidth: 0 });
  if (json(old) === json(tree)) return source;
  merge(document, document.contents, tree);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
