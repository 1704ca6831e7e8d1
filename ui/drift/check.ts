/**
 * Fails to compile where the page's types name a path, a field or a word that the service's own OpenAPI document does not have.
 * `npm run drift` makes `openapi.ts` from the document of the build and compiles this.
 */
import type { JudgedPaths } from "../src/api/judged";
import type { OrderPaths } from "../src/api/order";
import type { paths } from "../src/api/paths";
import type { PeoplePaths } from "../src/api/people";
import type { ReportPaths } from "../src/api/reports";
import type { SearchPaths } from "../src/api/sweepSearch";
import type { Json, JsonObject } from "../src/api/types";
import type { paths as Served } from "./openapi";

type Used = paths & JudgedPaths & OrderPaths & PeoplePaths & ReportPaths & SearchPaths;
type Method = "get" | "post" | "put" | "patch" | "delete";
type Plain<T> = Exclude<T, null | undefined>;

/** Free JSON, which only its reader can judge. */
type Free<T> = [Json] extends [T] ? true : [JsonObject] extends [T] ? true : [T] extends [Record<string, Json>] ? ([Record<string, Json>] extends [T] ? true : false) : false;

/** Where U (what the page reads) asks for more than S (what the service says), as paths of fields; never when it does not. */
type Drift<U, S, At extends string> =
  Free<U> extends true
    ? never
    : [U] extends [readonly (infer UI)[]]
      ? [S] extends [readonly (infer SI)[]]
        ? Drift<Plain<UI>, Plain<SI>, `${At}[]`>
        : `${At} is no list`
      : [U] extends [string | number | boolean]
        ? [S] extends [string]
          ? [U] extends [string]
            ? string extends S
              ? never
              : string extends U
                ? never
                : [S] extends [U]
                  ? [U] extends [S]
                    ? never
                    : `${At} lacks words`
                  : `${At} has other words`
            : `${At} is text`
          : [S] extends [number]
            ? [U] extends [number]
              ? never
              : `${At} is a number`
            : [S] extends [boolean]
              ? [U] extends [boolean]
                ? never
                : `${At} is true or false`
              : `${At} is something else`
        : string extends keyof U
          ? never
          : { [K in keyof U & string]: K extends keyof S ? Drift<Plain<U[K]>, Plain<S[K]>, `${At}.${K}`> : `${At}.${K} is missing` }[keyof U & string];

type Body<R> = R extends { content: { "application/json": infer B } } ? B : never;
type Of<P, M extends Method> = P extends Record<M, { responses: infer R }> ? (R extends { 200: infer A } ? Body<A> : R extends { 201: infer A } ? Body<A> : never) : never;

type Found = {
  [P in keyof Used]: P extends keyof Served
    ? { [M in Method & keyof Used[P]]: Drift<Plain<Of<Used[P], M>>, Plain<Of<Served[P], M>>, `${M} ${P}`> }[Method & keyof Used[P]]
    : `${P & string} is missing`;
}[keyof Used];

/** The compiler lists what it found as properties that are missing here. */
export const found: { [F in Found & string]: never } = {};
