import { Group } from "lucide-react";
import { useState } from "react";
import type { KeyCatalogue } from "../../api/overRuns";
import { Button } from "../../components/controls/Button";
import { Checkbox } from "../../components/controls/Checkbox";
import { TextField } from "../../components/controls/TextField";
import { Popover } from "../../components/overlays/Popover";
import css from "./runs.module.css";

/** The service's limit. */
const MOST_BY = 5;
const SHOWN = 40;

interface Props {
  catalogue: KeyCatalogue | undefined;
  by: readonly string[];
  onBy: (fields: string[] | undefined) => void;
}

/** Group by any fields; "all but the seed" is what a table of a paper shows. */
export function GroupPicker({ catalogue, by, onBy }: Props) {
  const [find, setFind] = useState("");
  const params = catalogue?.params ?? [];
  const fields = [...params.filter((one) => one.varies).map((one) => `params.${one.key}`), "sweep", "experiment", "state", "createdBy", ...(catalogue?.tags ?? []).map((one) => `tags.${one.key}`), ...params.filter((one) => !one.varies).map((one) => `params.${one.key}`)];
  const overSeeds = params.filter((one) => one.varies && !/(^|\.)seed$/.test(one.key)).map((one) => `params.${one.key}`);
  const toggle = (field: string) => {
    const next = by.includes(field) ? by.filter((other) => other !== field) : [...by, field];
    onBy(next.length > 0 ? next : undefined);
  };
  const wanted = fields.filter((field) => field.toLowerCase().includes(find.toLowerCase()));
  return (
    <Popover
      label="Group by"
      align="end"
      trigger={
        <Button icon={Group} aria-pressed={by.length > 0}>
          Group {by.length > 0 ? <span className="num">{by.length}</span> : null}
        </Button>
      }
    >
      <div className={css.picker}>
        <TextField type="search" placeholder="Find a field" aria-label="Find a field" value={find} onChange={(event) => setFind(event.target.value)} />
        <div className={css.bar}>
          <Button size="s" disabled={by.length === 0} onClick={() => onBy(undefined)}>
            No groups
          </Button>
          {overSeeds.length > 0 && overSeeds.length <= MOST_BY && params.some((one) => one.varies && /(^|\.)seed$/.test(one.key)) ? (
            <Button size="s" onClick={() => onBy(overSeeds)}>
              Over seeds
            </Button>
          ) : null}
        </div>
        <fieldset>
          <legend>Runs with equal values stand in one group</legend>
          {wanted.slice(0, SHOWN).map((field) => (
            <div key={field} className={css.pickRow}>
              <Checkbox checked={by.includes(field)} disabled={!by.includes(field) && by.length >= MOST_BY} onChecked={() => toggle(field)} label={field.replace(/^params\./, "")} />
              <span>{params.find((one) => `params.${one.key}` === field)?.distinct ?? ""}</span>
            </div>
          ))}
          {wanted.length > SHOWN ? <p className="faint">{wanted.length - SHOWN} more: type a part of the name.</p> : null}
        </fieldset>
      </div>
    </Popover>
  );
}
