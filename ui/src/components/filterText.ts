/** A text as a filter has it. */
export const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Runs that a program put below this one. */
export const belowFilter = (run: string) => `parent = ${quoted(run)}`;

/** Runs that are below no other. */
export const TOP_FILTER = "parent is null";
