import type { components } from "./schema";

type Schemas = components["schemas"];

/**
 * A record of the service as the page reads it, from the committed schema: a name that the service does not have does not compile.
 * `Always` is what every answer has; the rest may be left out or null.
 */
export type Made<K extends keyof Schemas, Always extends keyof Schemas[K]> = Required<Pick<Schemas[K], Always>> & {
  [P in Exclude<keyof Schemas[K], Always>]?: Schemas[K][P] | null | undefined;
};
