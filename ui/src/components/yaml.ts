import type { Json } from "../api/types";

const PLAIN = /^[A-Za-z_][\w./-]*( [\w./-]+)*$/;
const WORDS = /^(true|false|yes|no|on|off|null|y|n)$/i;

function scalar(value: Exclude<Json, Json[] | object>): string {
  if (typeof value === "string") return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
  return String(value);
}

function isScalar(value: Json): value is null | boolean | number | string {
  return typeof value !== "object" || value === null;
}

const empty = (value: Json) => (Array.isArray(value) ? "[]" : "{}");

/** Block style, short lists on one line; the service reads the same tree back. */
export function toYaml(value: Json, indent = ""): string {
  if (isScalar(value)) return `${indent}${scalar(value)}\n`;
  if (Object.keys(value).length === 0) return `${indent}${empty(value)}\n`;
  if (Array.isArray(value)) {
    if (value.every(isScalar)) return `${indent}[${value.map((v) => scalar(v)).join(", ")}]\n`;
    return value.map((v) => `${indent}- ${toYaml(v, `${indent}  `).trimStart()}`).join("");
  }
  let text = "";
  for (const [key, v] of Object.entries(value)) {
    const name = `${indent}${scalar(key)}:`;
    const inline = isScalar(v) || Object.keys(v).length === 0 || (Array.isArray(v) && v.every(isScalar));
    text += inline ? `${name} ${toYaml(v).trimEnd()}\n` : `${name}\n${toYaml(v, `${indent}  `)}`;
  }
  return text;
}
