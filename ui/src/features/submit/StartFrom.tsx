import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { type ReactNode, useState } from "react";
import { api } from "../../api/client";
import { TextField } from "../../components/controls/TextField";
import { StatePill } from "../../components/display/StatePill";
import { Time } from "../../components/display/Time";
import { Dialog } from "../../components/overlays/Dialog";
import { useSettled } from "../../components/useSettled";
import type { Kind } from "./draft";
import css from "./submit.module.css";
import { FROM_PAPER, type Template, TEMPLATES } from "./templates";

interface Props {
  onClose: () => void;
  onChoose: (from: string, kind: Kind) => void;
}

const SHOWN = 8;

/** A template, a table of the paper, a sweep or a run of this lab: what a submission can be written from. */
export default function StartFrom({ onClose, onChoose }: Props) {
  const [find, setFind] = useState("");
  const words = find.trim().toLowerCase();
  const asked = useSettled(words);
  const held = (...texts: string[]) => texts.some((text) => text.toLowerCase().includes(words));
  const query = { limit: SHOWN, sort: "-createdAt", ...(asked ? { filter: [`name ~ "${asked.replace(/["\\]/g, "\\$&")}"`] } : {}) };
  const runs = useQuery({ queryKey: ["palette", query], queryFn: () => api.runs(query), staleTime: 10_000, placeholderData: (old) => old });
  const named = { limit: SHOWN, ...(asked ? { name: asked } : {}) };
  const sweeps = useQuery({ queryKey: ["palette", "sweeps", named], queryFn: () => api.sweeps(named), staleTime: 10_000, placeholderData: (old) => old });
  const given = (list: readonly Template[]) =>
    list
      .filter(({ name, about }) => held(name, about))
      .map(({ id, name, about }) => (
        <Choice key={id} onChoose={() => onChoose(id, "sweep")} name={name}>
          {about}
        </Choice>
      ));
  const ofLab = [
    ...(sweeps.data?.items ?? []).map((sweep) => (
      <Choice key={sweep.id} onChoose={() => onChoose(`sweep:${sweep.id}`, "sweep")} name={`Sweep ${sweep.name}`}>
        <Time at={sweep.createdAt} />
      </Choice>
    )),
    ...(runs.data?.items ?? []).map((run) => (
      <Choice key={run.id} onChoose={() => onChoose(`run:${run.id}`, "run")} name={`Run ${run.name}`}>
        <StatePill state={run.state} />
      </Choice>
    )),
  ];
  return (
    <Dialog open onClose={onClose} title="Start from" description="Its spec becomes a draft; nothing is queued yet." wide>
      <div className={css.sections}>
        <TextField icon={Search} type="search" aria-label="Find a spec" placeholder="Find" value={find} onChange={(event) => setFind(event.target.value)} />
        <Section title="Templates">{given(TEMPLATES)}</Section>
        <Section title="This lab's sweeps and runs">{ofLab}</Section>
        <Section title="Tables and figures of the paper">{given(FROM_PAPER)}</Section>
      </div>
    </Dialog>
  );
}

function Section({ title, children }: { title: string; children: ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className={css.templates}>{children}</ul>
    </section>
  );
}

function Choice({ name, onChoose, children }: { name: string; onChoose: () => void; children: ReactNode }) {
  return (
    <li>
      <button type="button" className={css.template} onClick={onChoose}>
        <strong>{name}</strong>
        <span className="small faint">{children}</span>
      </button>
    </li>
  );
}
