const written = (value: string | readonly string[]) => JSON.stringify(value);

/** A definition to begin with: of the runs that the address names, by what they were made to differ in. */
export function firstDefinition(search: URLSearchParams): string {
  const runs = ["experiment", "sweep", "filter"].flatMap((key) => (search.get(key) ? [`${key}: ${written(search.get(key)!)}`] : []));
  const ids = search.getAll("id");
  if (ids.length > 0) runs.push(`ids: ${written(ids)}`);
  if (runs.length === 0) runs.push("experiment: default");
  const by = search.getAll("by");
  const columns = by.filter((path) => /^dataset(\.id)?$/.test(path)).map(() => "dataset.id");
  // What differs as a whole (method: {…}) is told apart by its kind.
  const rows = by
    .filter((path) => !path.startsWith("dataset"))
    .map((path) => (["method", "classifier", "optimizer"].includes(path) ? `${path}.kind` : path))
    .slice(0, 3);
  const lines = [
    `title: ${written(search.get("title") ?? "New report")}`,
    `runs: {${runs.join(", ")}}`,
    `rows: ${written(rows.length > 0 ? rows : ["method.kind"])}`,
    `columns: ${written(columns.length > 0 ? columns.slice(0, 1) : ["dataset.id"])}`,
    "cell: {metric: test/top1, over: seed, show: mean±std, best: bold}",
    "# against: {row: {method.kind: iip}, test: paired-t, correction: holm, alpha: 0.05}",
    "# extra: [average, wins, trainedParameters]",
  ];
  return `${lines.join("\n")}\n`;
}
