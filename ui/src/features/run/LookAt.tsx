import { useMutation } from "@tanstack/react-query";
import { Microscope, Plus, X } from "lucide-react";
import { useState } from "react";
import { api } from "../../api/client";
import { useOneKey } from "../../api/oneKey";
import type { JsonObject, RunView } from "../../api/types";
import { Button, IconButton } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { Field, TextField } from "../../components/controls/TextField";
import { ErrorNote } from "../../components/display/ErrorNote";
import { useGo } from "../../components/navigation";
import { Dialog } from "../../components/overlays/Dialog";
import { say } from "../../components/overlays/toast";
import css from "./judged.module.css";

const TASKS = {
  evaluate: "Judge on data sets",
  analyse: "Analyse what it has learned",
  invert: "Invert its prompts into pixels",
} as const;
type Task = keyof typeof TASKS;

/** "imagenet-a=/data/a" or a path alone, as on the command line. */
export function partOf(text: string): JsonObject {
  const at = text.indexOf("=");
  return at < 0 ? { id: "folder", root: text.trim() } : { id: text.slice(0, at).trim(), root: text.slice(at + 1).trim() };
}

/** What is queued. */
export function taskOf(run: Pick<RunView, "id">, task: Task, sets: readonly string[]): JsonObject {
  const evaluations = sets.filter((set) => set.trim() !== "").map(partOf);
  return { spec: { task, of: run.id, ...(task !== "invert" && evaluations.length > 0 ? { evaluations } : {}) } };
}

/** Queues a task that looks at the run. */
export function LookAt({ run }: { run: RunView }) {
  const [open, setOpen] = useState(false);
  const [task, setTask] = useState<Task>("evaluate");
  const [sets, setSets] = useState<string[]>([""]);
  const go = useGo();
  const key = useOneKey();
  const queue = useMutation({
    mutationFn: () => {
      const body = taskOf(run, task, sets);
      return api.submitRun(body, key(body));
    },
    onSuccess: (made) => {
      setOpen(false);
      say(`Queued ${made.name}`);
      go(`/runs/${made.id}`);
    },
  });
  const given = sets.some((set) => set.trim() !== "");
  return (
    <>
      <Button icon={Microscope} onClick={() => setOpen(true)}>
        Judge, analyse
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Look at this run"
        description="Runs in the lab like a training: it waits for a device, and what it finds is shown here and under its own id."
        foot={
          <Button kind="primary" busy={queue.isPending} disabled={task === "evaluate" && !given} onClick={() => queue.mutate()}>
            Queue
          </Button>
        }
      >
        <Field label="What">
          {(field) => <Select {...field} full value={task} options={Object.entries(TASKS).map(([value, label]) => ({ value: value as Task, label }))} onValue={setTask} />}
        </Field>
        {task === "invert" ? null : (
          <Field label="Data sets" hint={task === "evaluate" ? "NAME=PATH on the worker's machine, for example imagenet-a=/data/imagenet-a; a path alone is a folder." : "Left empty: the run's own test images."}>
            {(field) => (
              <>
                {sets.map((set, i) => (
                  <div className={css.tools} key={i}>
                    <TextField {...(i === 0 ? field : {})} aria-label={`Data set ${i + 1}`} value={set} onChange={(event) => setSets(sets.map((one, k) => (k === i ? event.target.value : one)))} />
                    {sets.length > 1 ? <IconButton icon={X} size="s" label={`Remove data set ${i + 1}`} onClick={() => setSets(sets.filter((_, k) => k !== i))} /> : null}
                  </div>
                ))}
                <Button icon={Plus} size="s" onClick={() => setSets([...sets, ""])}>
                  Another
                </Button>
              </>
            )}
          </Field>
        )}
        {queue.error ? <ErrorNote error={queue.error} /> : null}
      </Dialog>
    </>
  );
}
