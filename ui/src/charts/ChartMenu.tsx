import { type FormEvent, useEffect, useRef, useState } from "react";
import { download } from "../components/csv";
import styles from "./charts.module.css";
import { csvOf, type Picture, pngOf, svgOf } from "./exports";
import type { Trace } from "./trace";
import type { ChartView } from "./view";

interface Props {
  metric: string;
  traces: readonly Trace[];
  view: ChartView;
  onView: (view: ChartView) => void;
  picture: Picture;
}

const fileName = (metric: string, kind: string) => `${metric.replace(/[^\w.-]+/g, "-")}.${kind}`;

function saved(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a chart can be saved as, and its y range. */
export function ChartMenu({ metric, traces, view, onView, picture }: Props) {
  const [open, setOpen] = useState(false);
  const [fault, setFault] = useState("");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const run = traces.length === 1 && !traces[0]!.runs ? traces[0]! : undefined;
  const chosen = view.ranges[metric];
  const others = Object.fromEntries(Object.entries(view.ranges).filter(([key]) => key !== metric));

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string, otherwise: number) => (form.get(name) === "" ? otherwise : Number(form.get(name)));
    const [from, to] = [read("from", picture.y[0]), read("to", picture.y[1])];
    if (!(from < to)) return setFault("“from” must lie below “to”.");
    if (picture.logY && from <= 0) return setFault("A log axis begins above 0.");
    setFault("");
    onView({ ...view, ranges: { ...others, [metric]: [from, to] } });
    return setOpen(false);
  };
  const act = (what: () => void) => () => {
    what();
    setOpen(false);
  };
  return (
    <div
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        setOpen(false);
        box.current?.querySelector("button")?.focus();
      }}
      role="presentation"
    >
      <button type="button" className={styles.tool} aria-expanded={open} aria-label={`Save ${metric}, set its range`} title="Save, range" onClick={() => setOpen(!open)}>
        ⋯
      </button>
      {open ? (
        <div className={styles.menu}>
          <button type="button" onClick={act(() => void pngOf(picture).then((blob) => saved(fileName(metric, "png"), blob)))}>
            Save as PNG
          </button>
          <button type="button" onClick={act(() => download(fileName(metric, "svg"), "image/svg+xml", svgOf(picture)))}>
            Save as SVG
          </button>
          <button type="button" onClick={act(() => download(fileName(metric, "csv"), "text/csv;charset=utf-8", csvOf(metric, traces)))}>
            Save what is drawn as CSV
          </button>
          {run && !run.series.exact ? (
            <a href={`/api/v1/runs/${run.id}/metrics.csv?key=${encodeURIComponent(metric)}`} download className="button quiet">
              Save every point as CSV
            </a>
          ) : null}
          <form onSubmit={submit}>
            <label>
              y from
              <input name="from" type="number" step="any" defaultValue={chosen?.[0]} placeholder={String(Number(picture.y[0].toPrecision(4)))} />
            </label>
            <label>
              y to
              <input name="to" type="number" step="any" defaultValue={chosen?.[1]} placeholder={String(Number(picture.y[1].toPrecision(4)))} />
            </label>
            {fault ? (
              <p role="alert" className="small">
                {fault}
              </p>
            ) : null}
            <button type="submit">Set</button>
            <button type="button" onClick={act(() => onView({ ...view, ranges: others }))}>
              Automatic
            </button>
          </form>
        </div>
      ) : null}
    </div>
  );
}
