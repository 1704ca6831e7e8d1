import type { Json, JsonObject } from "../../api/types";

interface Common {
  /** Dotted path inside the spec. */
  path: string;
  name: string;
  description: string | undefined;
  required: boolean;
  default: Json | undefined;
}

/** What the form draws for one place of a JSON schema. */
export type Field = Common &
  (
    | { kind: "group"; fields: Field[] }
    | { kind: "variants"; by: string; variants: { name: string; description: string | undefined; fields: Field[] }[] }
    | { kind: "choice"; options: Json[] }
    | { kind: "flag" }
    | { kind: "number"; integer: boolean; min: number | undefined; max: number | undefined; above: number | undefined }
    | { kind: "text"; suggestions: string[] }
    /** Numbers between commas. */
    | { kind: "list" }
    /** Written as JSON: a list, or an object whose keys are free. `shape` shows how, where the schema tells. */
    | { kind: "json"; shape: string | undefined }
  );

type Node = Record<string, unknown>;
const DEPTH = 12;

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);
const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : []);
const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const num = (value: unknown) => (typeof value === "number" ? value : undefined);
const words = (value: unknown) => (Array.isArray(value) ? value.filter((v) => typeof v === "string") : []);

const without = (node: Node, key: string): Node => Object.fromEntries(Object.entries(node).filter(([name]) => name !== key));

/** Draws a schema into fields: a subset of JSON Schema that the records of a spec need; anything else becomes free JSON. */
export function readSchema(schema: JsonObject): Field[] {
  return properties(schema, flat(schema, schema), "", 0);
}

/** Follows references, folds `allOf` and drops a `null` alternative. */
function flat(root: Node, node: Node, depth = 0): Node {
  if (depth > DEPTH) return node;
  let out: Node = { ...node };
  const ref = text(node.$ref);
  if (ref?.startsWith("#/")) {
    const target = ref
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => (isNode(at) ? at[key] : undefined), root);
    out = { ...(isNode(target) ? flat(root, target, depth + 1) : {}), ...without(node, "$ref") };
  }
  for (const part of nodes(out.allOf)) {
    out = { ...flat(root, part, depth + 1), ...without(out, "allOf") };
  }
  for (const key of ["anyOf", "oneOf"] as const) {
    const real = nodes(out[key]).filter((option) => option.type !== "null");
    if (real.length === 1 && real[0]) out = { ...flat(root, real[0], depth + 1), ...without(out, key) };
  }
  if (Array.isArray(out.type)) out.type = out.type.find((type) => type !== "null");
  return out;
}

function properties(root: Node, node: Node, path: string, depth: number): Field[] {
  const required = new Set(words(node.required));
  const props = isNode(node.properties) ? node.properties : {};
  return Object.entries(props).flatMap(([name, child]) =>
    isNode(child) ? [field(root, flat(root, child), path ? `${path}.${name}` : name, name, required.has(name), depth + 1)] : [],
  );
}

/** The constant of a property in one alternative: `{"kind": {"const": "pgn"}}`. */
function constant(root: Node, option: Node, key: string): string | undefined {
  const props = isNode(option.properties) ? option.properties : {};
  const node = isNode(props[key]) ? flat(root, props[key]) : {};
  return text(node.const) ?? (Array.isArray(node.enum) && node.enum.length === 1 ? text(node.enum[0]) : undefined);
}

function field(root: Node, node: Node, path: string, name: string, required: boolean, depth: number): Field {
  const common: Common = { path, name, required, description: text(node.description), default: node.default as Json | undefined };
  if (depth > DEPTH) return { ...common, kind: "json", shape: undefined };
  const options = nodes(node.oneOf ?? node.anyOf)
    .filter((option) => option.type !== "null")
    .map((option) => flat(root, option));
  const by = text(isNode(node.discriminator) ? node.discriminator.propertyName : undefined) ?? "kind";
  if (options.length > 0 && options.every((option) => constant(root, option, by) !== undefined)) {
    const variants = options.map((option) => ({
      name: constant(root, option, by)!,
      description: text(option.description),
      fields: properties(root, option, path, depth).filter((child) => child.name !== by),
    }));
    return { ...common, kind: "variants", by, variants };
  }
  if (node.const !== undefined) return { ...common, kind: "choice", options: [node.const as Json] };
  if (Array.isArray(node.enum)) return { ...common, kind: "choice", options: (node.enum as Json[]).filter((word) => word !== null) };
  switch (node.type) {
    case "object":
      return isNode(node.properties) ? { ...common, kind: "group", fields: properties(root, node, path, depth) } : { ...common, kind: "json", shape: shape(root, node) };
    case "boolean":
      return { ...common, kind: "flag" };
    case "integer":
    case "number":
      return {
        ...common,
        kind: "number",
        integer: node.type === "integer",
        min: num(node.minimum),
        max: num(node.maximum),
        above: num(node.exclusiveMinimum),
      };
    case "string":
      return { ...common, kind: "text", suggestions: words(node.examples) };
    case "array":
      if (isNode(node.items) && ["integer", "number"].includes(text(flat(root, node.items).type) ?? "")) return { ...common, kind: "list" };
      return { ...common, kind: "json", shape: shape(root, node) };
    default:
      return { ...common, kind: "json", shape: shape(root, node) };
  }
}

/** How a list or a map is written: `[{"id": …, "root": …}, …]`; undefined where the schema does not say. */
function shape(root: Node, node: Node, depth = 0): string | undefined {
  if (depth > 3) return "…";
  if (node.type === "array") {
    const item = isNode(node.items) ? shape(root, flat(root, node.items), depth + 1) : "…";
    return `[${item ?? "…"}, …]`;
  }
  if (node.type === "object") {
    const props = Object.entries(isNode(node.properties) ? node.properties : {});
    const inner = props.map(([name, child]) => `"${name}": ${(isNode(child) && shape(root, flat(root, child), depth + 1)) || "…"}`);
    const free = isNode(node.additionalProperties) ? [`"…": ${shape(root, flat(root, node.additionalProperties), depth + 1) ?? "…"}`] : [];
    return props.length + free.length > 0 ? `{${[...inner, ...free].join(", ")}}` : undefined;
  }
  return depth > 0 ? "…" : undefined;
}

/** Dotted paths of everything that takes one value: what an axis can name. */
export function leaves(fields: readonly Field[]): string[] {
  return fields.flatMap((f) => {
    if (f.kind === "group") return leaves(f.fields);
    if (f.kind === "variants") return [`${f.path}.${f.by}`, ...new Set(f.variants.flatMap((variant) => leaves(variant.fields)))];
    return [f.path];
  });
}

/** What a value must be, in words. */
export function rule(f: Field): string | undefined {
  if (f.kind === "json") return f.shape && `JSON: ${f.shape}`;
  if (f.kind === "list") return "numbers, with commas between them";
  if (f.kind !== "number") return undefined;
  const kind = f.integer ? "whole number" : "number";
  if (f.min !== undefined && f.max !== undefined) return `${kind}, ${f.min} to ${f.max}`;
  if (f.above !== undefined) return `${kind}, above ${f.above}${f.max !== undefined ? ` to ${f.max}` : ""}`;
  if (f.min !== undefined) return `${kind}, at least ${f.min}`;
  return f.max !== undefined ? `${kind}, at most ${f.max}` : kind;
}
