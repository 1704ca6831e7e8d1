import { useMutation, useQuery } from "@tanstack/react-query";
import { Dices } from "lucide-react";
import { useMemo, useState } from "react";
import { api } from "../../api/client";
import { useOneKey } from "../../api/oneKey";
import type { JsonObject, RunView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Field, TextField } from "../../components/controls/TextField";
import { ErrorNote } from "../../components/display/ErrorNote";
import { useGo } from "../../components/navigation";
import { Dialog } from "../../components/overlays/Dialog";
import { say } from "../../components/overlays/toast";

/** "1, 2 5-7" as numbers; null where something else stands in it. */
export function seedsIn(text: string): number[] | null {
  const found: number[] = [];
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const range = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(part);
    if (!range) return null;
    const [from, to] = [Number(range[1]), Number(range[2] ?? range[1])];
    if (to < from || to - from > 999) return null;
    for (let seed = from; seed <= to; seed++) found.push(seed);
  }
  return [...new Set(found)];
}

/** The same spec with other seeds, as a sweep. */
export function sweepOf(run: Pick<RunView, "document" | "spec" | "experiment">, seeds: readonly number[]): JsonObject {
  const own = new Set(["seed", "experiment", "name", "priority"]);
  const base = Object.fromEntries(Object.entries(run.document ?? run.spec).filter(([key]) => !own.has(key)));
  return { experiment: run.experiment, base, axes: {}, seeds: [...seeds] };
}

/** Queues the run again with more seeds: one result says little. */
export function MoreSeeds({ run }: { run: RunView }) {
  const own = typeof run.spec.seed === "number" ? run.spec.seed : 0;
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(`${own + 1}-${own + 2}`);
  const go = useGo();
  const seeds = useMemo(() => seedsIn(text), [text]);
  const body = useMemo(() => (seeds?.length ? sweepOf(run, seeds) : null), [run, seeds]);
  const checked = useQuery({ queryKey: ["check", body], queryFn: () => api.check(body!), enabled: open && body !== null, retry: false });
  const key = useOneKey();
  const queue = useMutation({
    mutationFn: () => api.submitSweep(body!, key(body)),
    onSuccess: (sweep) => {
      setOpen(false);
      say(`Queued ${seeds?.length ?? 0} runs`);
      go(`/sweeps/${sweep.id}`);
    },
  });
  return (
    <>
      <Button icon={Dices} onClick={() => setOpen(true)}>
        More seeds
      </Button>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="More seeds"
        description={`The same spec as ${run.name} (seed ${own}), once for each seed, as a sweep.`}
        foot={
          <Button kind="primary" busy={queue.isPending} disabled={!body || Boolean(checked.error)} onClick={() => queue.mutate()}>
            Queue {seeds?.length ?? 0} {seeds?.length === 1 ? "run" : "runs"}
          </Button>
        }
      >
        <Field label="Seeds" hint="Numbers and ranges: 1, 2, 5-7" wrong={seeds === null ? "Only whole numbers and ranges such as 5-7, at most 1,000 in one." : undefined}>
          {(given) => <TextField {...given} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        {checked.error ? <ErrorNote error={checked.error} /> : null}
        {queue.error ? <ErrorNote error={queue.error} /> : null}
      </Dialog>
    </>
  );
}
