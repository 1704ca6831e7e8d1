import { Checkbox } from "../../components/controls/Checkbox";
import { Copy } from "../../components/Copy";
import { lines, nested } from "../../components/configuration";
import { Badge } from "../../components/display/Badge";
import { ErrorNote } from "../../components/display/ErrorNote";
import { Problem } from "../../api/problem";
import type { RunView } from "../../api/types";
import { count, value } from "../../components/format";
import { configOf, originOf, type Origin } from "../../components/origin";
import { toYaml } from "../../components/yaml";
import css from "./run.module.css";

interface Props {
  run: RunView;
  defaults: boolean;
  onDefaults: (shown: boolean) => void;
}

const WORDS: Record<Origin, string> = { axis: "set by the sweep's axis", base: "written in the spec", default: "nobody set it: the default acts" };

/** Every value that acts, and who set it. */
export function Configuration({ run, defaults, onDefaults }: Props) {
  const all = lines([configOf(run)]).map((line) => ({ line, origin: originOf(run, line.path) }));
  const shown = defaults ? all : all.filter(({ origin }) => origin !== "default");
  const origins = new Map(all.map(({ line, origin }) => [line.path, origin]));
  return (
    <section aria-label="Configuration">
      {run.specFault ? <ErrorNote error={new Problem({ code: "SPEC", detail: run.specFault })} what="This version cannot read the spec" /> : null}
      <div className={css.tools}>
        <span className="faint">
          {count(all.length)} values, {count(all.filter(({ origin }) => origin === "axis").length)} set by the sweep, {count(all.filter(({ origin }) => origin === "base").length)} in the spec
        </span>
        <Checkbox label="also defaults" checked={defaults} onChecked={onDefaults} />
        <span className="grow" />
        <Copy text={toYaml(run.document ?? run.spec)} label="Copy YAML" title="As it was written" />
        <Copy text={JSON.stringify(run.spec, null, 2)} label="Copy JSON" title="With the defaults that act" />
      </div>
      <div className={css.tree}>
        <table>
          <thead className="sr">
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">Set by</th>
            </tr>
          </thead>
          <tbody>
            {nested(shown.map(({ line }) => line)).map(({ depth, name, line }, i) => {
              const origin = line ? origins.get(line.path) : undefined;
              return (
                <tr key={line?.path ?? `${i} ${name}`} className={line ? undefined : css.branch}>
                  <th scope="row" title={line?.path} style={{ paddingLeft: 12 + depth * 18 }}>
                    {name}
                  </th>
                  <td className={origin === "default" ? "faint" : undefined}>{line ? value(line.values[0]) : null}</td>
                  <td>
                    {origin ? (
                      origin === "axis" ? (
                        <Badge tone="live" title={WORDS.axis}>
                          axis
                        </Badge>
                      ) : (
                        <span className="faint small" title={WORDS[origin]}>
                          {origin}
                        </span>
                      )
                    ) : null}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
