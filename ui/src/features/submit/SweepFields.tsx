import type { Problem } from "../../api/problem";
import type { Json, JsonObject } from "../../api/types";
import type { Kind } from "./draft";
import { Folded } from "./Folded";
import type { Field } from "./schema";
import { SpecField } from "./SpecField";

interface Props {
  /** Those of a sweep. */
  fields: readonly Field[];
  tree: JsonObject;
  kind: Kind;
  problem: Problem | undefined;
  onChange: (path: string, value: Json | undefined) => void;
}

/** What nearly every sweep says; the rest is folded until it is wanted. */
const FIRST: Record<Kind, readonly string[]> = {
  sweep: ["experiment", "name", "seeds", "metric", "goal", "parallel", "sampler"],
  run: ["experiment", "name", "priority", "priorityClass"],
};
const OWN = ["base", "axes"];
const plain = (field: Field) => field.kind !== "group" && field.kind !== "variants";

/** What is said about the submission as a whole. */
export function SweepFields({ fields, tree, kind, problem, onChange }: Props) {
  const draw = (field: Field) => <SpecField key={field.path} field={field} spec={tree} problem={problem} onChange={onChange} />;
  const named = (name: string) => fields.filter((field) => field.name === name);
  const first = FIRST[kind].flatMap(named);
  const rest = fields.filter((field) => (kind === "run" ? field.name === "placement" : !OWN.includes(field.name) && !first.includes(field)));
  const open = (field: Field) => tree[field.name] !== undefined || (problem?.field?.startsWith(field.path) ?? false);
  const small = rest.filter(plain);
  return (
    <>
      <fieldset className="spec-group">
        <legend>{kind}</legend>
        <div className="fields">{first.map(draw)}</div>
      </fieldset>
      {rest
        .filter((field) => !plain(field))
        .map((field) => (
          <Folded key={field.path} name={field.name} about={field.description} open={open(field)}>
            {draw(field)}
          </Folded>
        ))}
      {small.length > 0 ? (
        <Folded name="more" about={small.map((field) => field.name).join(", ")} open={small.some(open)}>
          <fieldset className="spec-group">
            <legend>more</legend>
            <div className="fields">{small.map(draw)}</div>
          </fieldset>
        </Folded>
      ) : null}
    </>
  );
}
