import type { JsonObject } from "../../api/types";
import { readYaml } from "./yamlDocument";

/** A spec to start from, as a file: its first comment says what it is. */
export interface Template {
  /** As it stands in the address: `template:first-sweep`, `paper:prompts/small`. */
  id: string;
  name: string;
  about: string;
  text: string;
}

/** What each table of the paper comes from, as the product runs it; tasks on runs that exist (inversion) are no sweeps. */
const PAPER = import.meta.glob<string>("../../../../workers/vision/paper/*/*.yaml", { query: "?raw", import: "default", eager: true });
const OWN = import.meta.glob<string>("./templates/*.yaml", { query: "?raw", import: "default", eager: true });

/** The comment that a file begins with. */
function about(text: string): string {
  const lines = /^(?:#.*\n)+/.exec(text)?.[0] ?? "";
  return lines.replace(/^# ?/gm, "").replaceAll("\n", " ").trim();
}

function listed(files: Record<string, string>, kind: string, name: (path: string) => string): Template[] {
  return Object.entries(files)
    .filter(([, text]) => /^base:/m.test(text))
    .map(([path, text]) => ({ id: `${kind}:${name(path)}`, name: name(path), about: about(text), text }))
    .sort((a, b) => a.id.localeCompare(b.id));
}

export const TEMPLATES: readonly Template[] = listed(OWN, "template", (path) => /([^/]+)\.yaml$/.exec(path)![1]!);
export const FROM_PAPER: readonly Template[] = listed(PAPER, "paper", (path) => /([^/]+\/[^/]+)\.yaml$/.exec(path)![1]!);

/** @throws Error where no template has this id */
export function templateOf(id: string): { text: string; tree: JsonObject } {
  const found = [...TEMPLATES, ...FROM_PAPER].find((one) => one.id === id);
  const tree = found && readYaml(found.text).tree;
  if (!found || !tree) throw new Error(`There is no template ${id}.`);
  return { text: found.text, tree };
}
