import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Bookmark, CircleUser, FileChartColumn, FlaskConical, ListTree, Plus, Rows3, ScrollText, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "../api/client";
import { keys } from "../api/keys";
import { useMay } from "../api/me";
import { people, peopleKeys, readsAudit } from "../api/people";
import { reports as reportsApi } from "../api/reports";
import { Keys } from "../components/display/Kbd";
import { StatePill } from "../components/display/StatePill";
import { useOfferedActions } from "../components/keyboard/actions";
import css from "../components/keyboard/keyboard.module.css";
import { useGo } from "../components/navigation";
import { parseSearch } from "../components/search";
import { outcomeOf } from "../components/outcome";
import { setTheme } from "../components/theme";
import { useViews } from "../features/runs/useViews";
import { placeOf } from "../features/runs/views";
import { PLACES } from "./places";

const PAUSE_MS = 150;
const FOUND = 8;

/** "Pause" of "Pause: run shapes-001". */
const verbOf = (label: string) => label.replace(/:.*/s, "");

/** Finds pages, experiments, reports, views, sweeps and runs by name, and does what the page at hand offers. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const go = useGo();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const query = { limit: FOUND, ...(asked ? { filter: [`name ~ "${asked.replace(/["\\]/g, "\\$&")}"`] } : {}) };
  const runs = useQuery({ queryKey: ["palette", query], queryFn: () => api.runs(query), staleTime: 10_000, placeholderData: (old) => old });
  const named = { limit: FOUND, ...(asked ? { name: asked } : {}) };
  const sweeps = useQuery({ queryKey: ["palette", "sweeps", named], queryFn: () => api.sweeps(named), staleTime: 10_000, placeholderData: (old) => old });
  // Of these the service has one list, which is whole.
  const reports = useQuery({ queryKey: keys.reports, queryFn: reportsApi.all, staleTime: 10_000 });
  const views = useViews();
  // A view of any experiment shows the one at hand.
  const { experiment: within } = location.pathname === "/runs" ? parseSearch(location.search) : {};
  const experiments = useQuery({ queryKey: keys.experiments, queryFn: api.experiments });
  const me = useQuery({ queryKey: peopleKeys.me, queryFn: people.me, staleTime: 60_000 });

  const makes = useMay().work();

  const doing = (what: () => unknown) => () => {
    onClose();
    what();
  };
  const words = text.trim().toLowerCase();
  const held = <T,>(list: readonly T[] | undefined, name: (one: T) => string) => (list ?? []).filter((one) => name(one).toLowerCase().includes(words)).slice(0, FOUND);
  const ofExperiments = held(experiments.data, (one) => one.name);
  const ofReports = held(reports.data, (one) => one.title);
  const ofViews = held(views.data, (one) => one.name);
  const offered = useOfferedActions();
  const commands = [
    ...(makes
      ? [
          { id: "new-sweep", label: "Queue a sweep", icon: Plus, run: () => go("/new") },
          { id: "new-run", label: "Queue a run", icon: Plus, run: () => go("/new?kind=run") },
        ]
      : []),
    { id: "light", label: "Light theme", icon: undefined, run: () => setTheme("light") },
    { id: "dark", label: "Dark theme", icon: undefined, run: () => setTheme("dark") },
    { id: "system", label: "Theme as the system", icon: undefined, run: () => setTheme("system") },
  ];
  // Pages without a place at the side; the audit is for those who keep a project.
  const further = [
    { to: "/account", label: "Account", icon: CircleUser },
    { to: "/members", label: "Members", icon: Users },
    ...(me.data && readsAudit(me.data) ? [{ to: "/audit", label: "Audit", icon: ScrollText }] : []),
  ];

  return (
    <Command.Dialog open onOpenChange={(open) => !open && onClose()} label="Search and commands" className={css.palette} overlayClassName={css.veil} loop>
      <Command.Input value={text} onValueChange={setText} placeholder="A run, a sweep, a report, a view, or what to do" />
      <Command.List>
        {ofExperiments.length + ofReports.length + ofViews.length + (sweeps.data?.items.length ?? 0) + (runs.data?.items.length ?? 0) > 0 ? null : <Command.Empty>{runs.isFetching ? "Searching…" : "Nothing has this name."}</Command.Empty>}
        <Command.Group heading="Do">
          {commands.map((command) => (
            <Command.Item key={command.id} value={`${command.id} ${command.label}`} onSelect={doing(command.run)}>
              {command.icon ? <command.icon size={16} aria-hidden="true" /> : null}
              <span className={css.text}>{command.label}</span>
            </Command.Item>
          ))}
        </Command.Group>
        {/* Found by what it does, and never first: whoever types a run's name and Enter wants to go there, not to pause the one in front. */}
        {offered.length > 0 ? (
          <Command.Group heading="This page">
            {offered.map((action) => (
              <Command.Item key={action.label} value={`page ${verbOf(action.label)}`} onSelect={doing(action.run)}>
                {action.icon ? <action.icon size={16} aria-hidden="true" /> : null}
                <span className={css.text}>{action.label}</span>
                {action.keys ? <Keys keys={action.keys} /> : null}
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading="Go to">
          {PLACES.map((place) => (
            <Command.Item key={place.to} value={`go ${place.label}`} onSelect={doing(() => go(place.to))}>
              <place.icon size={16} aria-hidden="true" />
              <span className={css.text}>{place.label}</span>
              <Keys keys={place.keys} />
            </Command.Item>
          ))}
          {further.map((page) => (
            <Command.Item key={page.to} value={`go ${page.label}`} onSelect={doing(() => go(page.to))}>
              <page.icon size={16} aria-hidden="true" />
              <span className={css.text}>{page.label}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Experiments">
          {ofExperiments.map((experiment) => (
            <Command.Item key={experiment.name} value={`experiment ${experiment.name}`} onSelect={doing(() => go(`/runs?experiment=${encodeURIComponent(experiment.name)}`))}>
              <FlaskConical size={16} aria-hidden="true" />
              <span className={css.text}>{experiment.name}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Reports">
          {ofReports.map((report) => (
            <Command.Item key={report.id} value={`report ${report.title} ${report.id}`} onSelect={doing(() => go(`/reports/${report.id}`))}>
              <FileChartColumn size={16} aria-hidden="true" />
              <span className={css.text}>{report.title}</span>
            </Command.Item>
          ))}
        </Command.Group>
        <Command.Group heading="Views">
          {ofViews.map((view) => (
            <Command.Item key={view.id} value={`view ${view.name} ${view.id}`} onSelect={doing(() => go(placeOf(view, typeof within === "string" ? within : undefined)))}>
              <Bookmark size={16} aria-hidden="true" />
              <span className={css.text}>{view.name}</span>
              {view.experiment ? <span className="faint">{view.experiment}</span> : null}
            </Command.Item>
          ))}
        </Command.Group>
        {/* What the service found stays, by whatever it found it. A group that is mounted whatever it holds shows its heading over nothing. */}
        {sweeps.data?.items.length ? (
          <Command.Group heading="Sweeps" forceMount>
            {sweeps.data.items.map((sweep) => (
              <Command.Item key={sweep.id} value={`sweep ${sweep.name} ${sweep.id}`} onSelect={doing(() => go(`/sweeps/${sweep.id}`))} forceMount>
                <ListTree size={16} aria-hidden="true" />
                <span className={css.text}>{sweep.name}</span>
                <StatePill state={outcomeOf(sweep)} />
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
        {runs.data?.items.length ? (
          <Command.Group heading="Runs" forceMount>
            {runs.data.items.map((run) => (
              <Command.Item key={run.id} value={`run ${run.name} ${run.id}`} onSelect={doing(() => go(`/runs/${run.id}`))} forceMount>
                <Rows3 size={16} aria-hidden="true" />
                <span className={css.text}>{run.name}</span>
                <StatePill state={run.state} />
              </Command.Item>
            ))}
          </Command.Group>
        ) : null}
      </Command.List>
    </Command.Dialog>
  );
}
