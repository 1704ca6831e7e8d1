import type { Json, RunView } from "../api/types";

/** What a run's program was made of, as far as it is known. */
export interface Code {
  commit: string | undefined;
  /** SHA-256 of what was changed since that commit. */
  diff: string | undefined;
  /** SHA-256 of the archive of its files. */
  archive: string | undefined;
  /** File that was run, where the program says so. */
  source: string | undefined;
}

const text = (json: Json | undefined) => (typeof json === "string" && json !== "" ? json : undefined);

/** Behind a worker's version stands the commit that it was built of. */
function ofWorker({ spec, external, environment }: Told): string | undefined {
  // A program is what its own folder has, whatever carries it out.
  if (external || spec.task === "command") return undefined;
  return text(environment?.version)?.split("+")[1];
}

type Told = Pick<RunView, "spec" | "tags" | "external" | "environment">;

/** Of what the lab trains its worker's commit; of a program that the lab carries out its packed folder; of one that logs by itself what its client says (MLflow's names). */
export function codeOf(run: Told): Code | undefined {
  const { code } = run.spec;
  const packed = typeof code === "object" && code !== null && !Array.isArray(code) ? code : {};
  const found: Code = {
    commit: text(packed.commit) ?? text(run.tags?.["mlflow.source.git.commit"]) ?? ofWorker(run),
    diff: text(packed.diff),
    archive: text(packed.archive),
    source: text(run.tags?.["mlflow.source.name"]),
  };
  return found.commit || found.diff || found.archive || found.source ? found : undefined;
}
