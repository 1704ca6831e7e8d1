import type { RunView } from "../../api/types";
import { type Config, withoutSeed } from "../../components/configuration";
import { configOf } from "../../components/origin";

/** What stands side by side: a run, or runs that differ in nothing but the seed. */
export interface CompareColumn {
  /** Of its first run: its colour hangs on it. */
  id: string;
  name: string;
  runs: RunView[];
  config: Config;
  baseline: boolean;
}

/** The baseline's column first, the others in the order of the address. */
export function columnsOf(runs: readonly RunView[], baseline: string, together: boolean): CompareColumn[] {
  const found = new Map<string, CompareColumn>();
  for (const run of runs) {
    const config = configOf(run);
    const name = together ? withoutSeed(config) : run.id;
    const known = found.get(name);
    if (known) known.runs.push(run);
    else found.set(name, { id: run.id, name: run.name, runs: [run], config, baseline: false });
  }
  const columns = [...found.values()].map((column) => ({
    ...column,
    name: column.runs.length > 1 ? `${column.name} +${column.runs.length - 1}` : column.name,
    config: column.runs.length > 1 ? { ...column.config, seed: column.runs.map((run) => configOf(run).seed ?? null) } : column.config,
    baseline: column.runs.some((run) => run.id === baseline),
  }));
  const base = columns.find((column) => column.baseline) ?? columns[0];
  if (base) base.baseline = true;
  return columns.sort((a, b) => Number(b.baseline) - Number(a.baseline));
}
