import { type ChangeEvent, createContext, useContext, useId, useState } from "react";
import type { Problem } from "../../api/problem";
import type { Json, JsonObject } from "../../api/types";
import { value as shown } from "../../components/format";
import type { Config } from "../../components/configuration";
import { concerns, getAt, inSpec, listed, scalar, values } from "./draft";
import { type Field, rule } from "./schema";
import css from "./submit.module.css";

/** What the newest run had at each path of its spec: the value that is most often wanted again. */
export const LastUsed = createContext<Config>({});

interface Props {
  field: Field;
  spec: JsonObject;
  problem: Problem | undefined;
  onChange: (path: string, value: Json | undefined) => void;
}

/** One place of the spec. Left empty, it takes the default that stands in grey. */
export function SpecField({ field, spec, problem, onChange }: Props) {
  if (field.kind === "group") {
    return (
      <fieldset className="spec-group">
        <legend>{field.name}</legend>
        {field.description ? <p className="hint">{field.description}</p> : null}
        <div className="fields">
          {field.fields.map((child) => (
            <SpecField key={child.path} field={child} spec={spec} problem={problem} onChange={onChange} />
          ))}
        </div>
        <Wrong problem={problem} path={field.path} />
      </fieldset>
    );
  }
  if (field.kind === "variants") return <Variants field={field} spec={spec} problem={problem} onChange={onChange} />;
  return <Leaf field={field} spec={spec} problem={problem} onChange={onChange} />;
}

function Variants({ field, spec, problem, onChange }: Props & { field: Extract<Field, { kind: "variants" }> }) {
  const id = useId();
  const last = useLast(field.path + "." + field.by);
  const standard = typeof field.default === "object" && field.default !== null && !Array.isArray(field.default) ? field.default[field.by] : undefined;
  const chosen = getAt(spec, `${field.path}.${field.by}`) ?? standard;
  const variant = field.variants.find((v) => v.name === chosen);
  return (
    <fieldset className="spec-group">
      <legend>{field.name}</legend>
      {field.description ? <p className="hint">{field.description}</p> : null}
      <div className="fields">
        <div className="field">
          <label htmlFor={id}>{field.by}</label>
          {/* What belonged to another kind would be refused: choosing one starts afresh. */}
          <select id={id} value={typeof chosen === "string" ? chosen : ""} onChange={(e) => onChange(field.path, e.target.value ? { [field.by]: e.target.value } : undefined)}>
            <option value="">default</option>
            {field.variants.map((v) => (
              <option key={v.name}>{v.name}</option>
            ))}
          </select>
          {variant?.description ? <p className="hint">{variant.description}</p> : null}
          <LastValue last={last} held={chosen} standard={standard} onUse={() => onChange(field.path, { [field.by]: last! })} />
          <Wrong problem={problem} path={`${field.path}.${field.by}`} />
        </div>
        {variant?.fields.map((child) => (
          <SpecField key={child.path} field={child} spec={spec} problem={problem} onChange={onChange} />
        ))}
      </div>
      <Wrong problem={problem} path={field.path} />
    </fieldset>
  );
}

function useLast(path: string): Json | undefined {
  return useContext(LastUsed)[inSpec(path)];
}

/** Offers what the newest run had, where it is neither what stands here nor the default. */
function LastValue({ last, held, standard, onUse }: { last: Json | undefined; held: Json | undefined; standard: Json | undefined; onUse: () => void }) {
  const same = (other: Json | undefined) => JSON.stringify(last) === JSON.stringify(other);
  if (last === undefined || last === null || same(held) || (held === undefined && same(standard))) return null;
  return (
    <button type="button" className={css.last} onClick={onUse} title="Of the newest run. Press to take it.">
      last used: {shown(last)}
    </button>
  );
}

type Leaves = Exclude<Field, { kind: "group" | "variants" }>;

function Leaf({ field, spec, problem, onChange }: Props & { field: Leaves }) {
  const id = useId();
  const held = getAt(spec, field.path);
  const last = useLast(field.path);
  const bad = concerns(problem?.field, field.path);
  const set = (value: Json | undefined) => onChange(field.path, value);
  const standard = field.default === undefined || field.default === null ? (field.required ? "required" : "") : shown(field.default);
  const said = [field.description, rule(field)].filter(Boolean).join(" · ");
  const common = { id, "aria-invalid": bad, "aria-describedby": `${id}-hint` };
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.name}
        {field.required ? <span className="faint"> (required)</span> : null}
      </label>
      {field.kind === "choice" ? (
        <select {...common} value={held === undefined ? "" : shown(held)} onChange={(e) => set(field.options.find((o) => shown(o) === e.target.value))}>
          <option value="">{standard ? `default: ${standard}` : "default"}</option>
          {field.options.map((option) => (
            <option key={shown(option)}>{shown(option)}</option>
          ))}
        </select>
      ) : field.kind === "flag" ? (
        <select {...common} value={held === undefined ? "" : String(held)} onChange={(e) => set(e.target.value === "" ? undefined : e.target.value === "true")}>
          <option value="">{standard ? `default: ${standard}` : "default"}</option>
          <option>true</option>
          <option>false</option>
        </select>
      ) : (
        <Typed {...common} held={held} as={field.kind} placeholder={standard} onValue={set} />
      )}
      <p className="hint" id={`${id}-hint`}>
        {said}
      </p>
      <LastValue last={last} held={held} standard={field.default} onUse={() => set(last)} />
      <Wrong problem={problem} path={field.path} />
    </div>
  );
}

interface TypedProps {
  id: string;
  "aria-invalid": boolean;
  "aria-describedby": string;
  held: Json | undefined;
  /** Text stays text, whatever it looks like; a list stands between commas; JSON wants more than a line. */
  as: "text" | "number" | "list" | "json";
  placeholder: string;
  onValue: (value: Json | undefined) => void;
}

/** Keeps what is typed ("0.", "1e-") while the spec holds what it means so far. */
function Typed({ held, as, onValue, ...input }: TypedProps) {
  const [typed, setTyped] = useState("");
  const meaning = (text: string): Json | undefined => (text === "" ? undefined : as === "text" ? text : as === "list" ? values(text.replace(/,\s*$/, "")) : scalar(text));
  const same = JSON.stringify(meaning(typed)) === JSON.stringify(held);
  const text = held === undefined ? "" : typeof held === "string" ? held : as === "list" && Array.isArray(held) ? listed(held) : JSON.stringify(held);
  const value = same ? typed : text;
  const change = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    setTyped(event.target.value);
    onValue(meaning(event.target.value));
  };
  return as === "json" ? (
    <textarea {...input} className="mono" rows={3} spellCheck={false} value={value} onChange={change} />
  ) : (
    <input {...input} type="text" inputMode={as === "number" ? "decimal" : undefined} value={value} onChange={change} />
  );
}

export function Wrong({ problem, path }: { problem: Problem | undefined; path: string }) {
  if (!problem || !concerns(problem.field, path)) return null;
  return (
    <p className="wrong" role="alert">
      {problem.message}
      {problem.remedy && !problem.message.includes(problem.remedy) ? ` ${problem.remedy}` : ""}
    </p>
  );
}
