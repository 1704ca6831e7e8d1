import type { Json } from "../api/types";

/** A text as a filter has it. */
export const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Runs that a program put below this one. */
export const belowFilter = (run: string) => `parent = ${quoted(run)}`;

/** Runs that are below no other. */
export const TOP_FILTER = "parent is null";

/** A field as a filter names it. */
export const fieldText = (field: string) => (/^[\p{L}\p{Nd}_./:@-]+$/u.test(field) ? field : `\`${field.replaceAll("\\", "\\\\").replaceAll("`", "\\`")}\``);

/** Runs that have this value there, or none. */
export function onlyFilter(field: string, value: Json | undefined): string {
  const name = fieldText(field);
  if (value === null || value === undefined) return `${name} is null`;
  if (typeof value === "number" || typeof value === "boolean") return `${name} = ${String(value)}`;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // In a list a number in quotes is a text; held against one value it may be either.
  return /^[-+.\d][-+.\deE]*$/.test(text) ? `${name} in (${quoted(text)})` : `${name} = ${quoted(text)}`;
}

/** Runs that have another value there, or none: a comparison alone would leave out those without any. */
export function withoutFilter(field: string, value: Json | undefined): string {
  const name = fieldText(field);
  if (value === null || value === undefined) return `${name} is not null`;
  return `${onlyFilter(field, value).replace(`${name} in (`, `${name} not in (`).replace(`${name} = `, `${name} != `)} or ${name} is null`;
}
