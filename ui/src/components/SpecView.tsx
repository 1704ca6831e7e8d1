import type { Json, JsonObject } from "../api/types";
import { Copy } from "./Copy";
import { value } from "./format";
import { toYaml } from "./yaml";

interface Props {
  spec: JsonObject;
  /** Dotted paths that the sweep set; they stand out. */
  swept?: Record<string, Json>;
}

/** A spec as a tree that reads like its YAML. */
export function SpecView({ spec, swept = {} }: Props) {
  return (
    <section aria-label="Spec" className="card spec">
      <div className="row">
        <span className="grow faint small">{Object.keys(swept).length ? "Highlighted: set by the sweep." : ""}</span>
        <Copy text={toYaml(spec)} label="Copy YAML" />
        <Copy text={JSON.stringify(spec, null, 2)} label="Copy JSON" />
      </div>
      <Branch tree={spec} path="" swept={swept} />
    </section>
  );
}

const isBranch = (json: Json): json is JsonObject => typeof json === "object" && json !== null && !Array.isArray(json);

function Branch({ tree, path, swept }: { tree: JsonObject; path: string; swept: Record<string, Json> }) {
  return (
    <ul className="tree">
      {Object.entries(tree).map(([key, json]) => {
        const full = path ? `${path}.${key}` : key;
        if (isBranch(json) && Object.keys(json).length > 0) {
          return (
            <li key={key}>
              <details open>
                <summary>{key}</summary>
                <Branch tree={json} path={full} swept={swept} />
              </details>
            </li>
          );
        }
        return (
          <li key={key} className={full in swept ? "leaf swept" : "leaf"} title={full}>
            <span className="key">{key}</span> <span className="val">{value(json)}</span>
          </li>
        );
      })}
    </ul>
  );
}
