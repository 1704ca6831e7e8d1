import type { Problem } from "../../api/problem";
import type { AxisDraft, AxisKind } from "./draft";

interface Props {
  axes: readonly AxisDraft[];
  paths: readonly string[];
  problem: Problem | undefined;
  onAxes: (axes: AxisDraft[]) => void;
}

const KINDS: readonly { kind: AxisKind; label: string; hint: string }[] = [
  { kind: "list", label: "values", hint: "1, 4, 16" },
  { kind: "uniform", label: "uniform", hint: "low, high" },
  { kind: "logUniform", label: "log-uniform", hint: "low, high" },
  { kind: "integers", label: "integers", hint: "low, high" },
  { kind: "normal", label: "normal", hint: "mean, std" },
  { kind: "logNormal", label: "log-normal", hint: "mean, std" },
  { kind: "json", label: "JSON", hint: '{"choice": [1, 2], "when": {…}}' },
];

export function AxesEditor({ axes, paths, problem, onAxes }: Props) {
  const change = (at: number, part: Partial<AxisDraft>) => onAxes(axes.map((axis, i) => (i === at ? { ...axis, ...part } : axis)));
  return (
    <fieldset className="spec-group">
      <legend>axes</legend>
      <p className="hint">A grid runs every combination, once for each seed. Ranges need a sampler that draws.</p>
      <datalist id="paths">
        {paths.map((path) => (
          <option key={path} value={path} />
        ))}
      </datalist>
      {axes.map((axis, i) => {
        const bad = problem?.field === `axes.${axis.path}` || problem?.field?.startsWith(`axes.${axis.path}.`) || problem?.field === axis.path;
        return (
          // The place in the list is the axis's identity while its path is being typed.
          <div key={i} className="axis-row">
            <input
              type="text"
              list="paths"
              className="mono"
              aria-label={`Path of axis ${i + 1}`}
              placeholder="method.prompts"
              aria-invalid={bad}
              value={axis.path}
              onChange={(event) => change(i, { path: event.target.value })}
            />
            <select aria-label={`Kind of axis ${i + 1}`} value={axis.kind} onChange={(event) => change(i, { kind: event.target.value as AxisKind })}>
              {KINDS.map(({ kind, label }) => (
                <option key={kind} value={kind}>
                  {label}
                </option>
              ))}
            </select>
            <input
              type="text"
              aria-label={`Values of axis ${i + 1}`}
              placeholder={KINDS.find((k) => k.kind === axis.kind)?.hint}
              aria-invalid={bad}
              value={axis.text}
              onChange={(event) => change(i, { text: event.target.value })}
            />
            <button type="button" className="quiet" aria-label={`Remove axis ${i + 1}`} onClick={() => onAxes(axes.filter((_, k) => k !== i))}>
              ×
            </button>
            {axis.more && Object.keys(axis.more).length > 0 ? (
              <p className="hint">
                Also in it, as the YAML shows: <code>{Object.keys(axis.more).join(", ")}</code>
              </p>
            ) : null}
            {bad ? (
              <p className="wrong" role="alert">
                {problem?.message} {problem?.remedy}
              </p>
            ) : null}
          </div>
        );
      })}
      <button type="button" onClick={() => onAxes([...axes, { path: "", kind: "list", text: "" }])}>
        Add an axis
      </button>
    </fieldset>
  );
}
