import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { people, peopleKeys, type Retention as Kept } from "../../api/people";
import { Problem } from "../../api/problem";
import { Button } from "../../components/controls/Button";
import { Field, TextField } from "../../components/controls/TextField";
import { Answered } from "../../components/display/Answered";
import { ErrorNote } from "../../components/display/ErrorNote";
import { confirm } from "../../components/overlays/confirm";
import { say } from "../../components/overlays/toast";

/** What a project keeps of its runs' files: whoever keeps the project says so, the others read it. */
export function Retention({ project, keeps }: { project: string; keeps: boolean }) {
  const kept = useQuery({ queryKey: peopleKeys.retention(project), queryFn: () => people.retention(project) });
  return (
    <>
      <h3>Files of its runs that are kept</h3>
      <Answered query={kept} what="what is kept of files">
        {(now) => (keeps ? <Change project={project} now={now} /> : <p className="faint">{sentence(now)}</p>)}
      </Answered>
    </>
  );
}

const named = (n: number | undefined, one: string, many: string) => (n === 1 ? one : `${n} ${many}`);

function sentence({ last, best, deletedDays }: Kept): string {
  const newest = `the last ${named(last, "checkpoint", "checkpoints")}`;
  const bests = best === 0 ? "" : ` and the ${named(best, "best", "best ones")}`;
  const days = deletedDays === undefined ? "as long as the lab is set" : `for ${named(deletedDays, "a day", "days")}`;
  return `Of each run ${newest}${bests} stay; a deleted run keeps its files ${days}. A run whose files are kept, or that a frozen report cites, keeps all of them.`;
}

const FIELDS = [
  { name: "last", label: "Last checkpoints of a run", hint: "1 to 100", empty: "2" },
  { name: "best", label: "Best ones", hint: "0 to 100", empty: "1" },
  { name: "deletedDays", label: "Days of a deleted run", hint: "1 to 3650", empty: "as the lab" },
] as const;

type Written = Record<(typeof FIELDS)[number]["name"], string>;

const written = (now: Kept): Written => ({ last: `${now.last ?? ""}`, best: `${now.best ?? ""}`, deletedDays: `${now.deletedDays ?? ""}` });

/** What is left empty is as if nobody had said anything. */
function Change({ project, now }: { project: string; now: Kept }) {
  const cache = useQueryClient();
  const [typed, setTyped] = useState<Partial<Written>>({});
  const [refusal, setRefusal] = useState<unknown>(null);
  const shown = { ...written(now), ...typed };
  const wrong = (name: keyof Written) => (/^\d*$/.test(shown[name].trim()) ? undefined : "A whole number, or nothing.");
  const same = FIELDS.every(({ name }) => shown[name].trim() === written(now)[name]);
  const put = async (event: FormEvent) => {
    event.preventDefault();
    const body: Kept = now.version === undefined ? {} : { version: now.version };
    for (const { name } of FIELDS) {
      if (shown[name].trim() !== "") body[name] = Number(shown[name]);
    }
    const { deletedDays } = body;
    const sooner = deletedDays !== undefined && (now.deletedDays === undefined || deletedDays < now.deletedDays);
    if (sooner && !(await confirm({ title: `Keep a deleted run's files for ${named(deletedDays, "a day", "days")}?`, text: "Files of runs that were deleted longer ago go soon, and do not come back.", act: "Let them go", danger: true }))) return;
    people.setRetention(project, body).then((kept) => {
      cache.setQueryData(peopleKeys.retention(project), kept);
      setTyped({});
      setRefusal(null);
      say(`What ${project} keeps of files was changed`);
    }, (error: unknown) => {
      setRefusal(error);
      // What somebody else said meanwhile stands in the fields that were not typed into.
      if (error instanceof Problem && error.code === "CONFLICT") void cache.invalidateQueries({ queryKey: peopleKeys.retention(project) });
    });
  };
  return (
    <form className="row wrap" aria-label={`Files that ${project} keeps`} onSubmit={(event) => void put(event)}>
      {FIELDS.map(({ name, label, hint, empty }) => (
        <Field key={name} label={label} hint={hint} wrong={wrong(name)}>
          {(given) => <TextField {...given} inputMode="numeric" placeholder={empty} value={shown[name]} onChange={(event) => setTyped({ ...typed, [name]: event.target.value })} />}
        </Field>
      ))}
      <Button type="submit" disabled={same || FIELDS.some(({ name }) => wrong(name) !== undefined)}>
        Keep so
      </Button>
      {refusal === null ? null : <ErrorNote error={refusal} what="Files" />}
    </form>
  );
}
