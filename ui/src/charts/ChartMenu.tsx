import { Ellipsis } from "lucide-react";
import { type FormEvent, useState } from "react";
import { download } from "../components/csv";
import { Button, IconButton } from "../components/controls/Button";
import { Field, TextField } from "../components/controls/TextField";
import { Popover } from "../components/overlays/Popover";
import { sayProblem } from "../components/overlays/toast";
import styles from "./charts.module.css";
import { csvOf, type Picture, pngOf, svgOf } from "./exports";
import type { Trace } from "./trace";
import type { ChartView } from "./view";

export interface MenuProps {
  metric: string;
  traces: readonly Trace[];
  view: ChartView;
  onView: (view: ChartView) => void;
  picture: Picture;
}

const fileName = (metric: string, kind: string) => `${metric.replace(/[^\w.-]+/g, "-")}.${kind}`;

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What a chart can be saved as, and its y range. */
export function ChartMenu({ metric, asked }: { metric: string; asked: () => MenuProps | null }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      label={`Save ${metric}, set its range`}
      align="end"
      open={open}
      onOpen={setOpen}
      trigger={<IconButton icon={Ellipsis} size="s" label="Save, set the range" />}
    >
      <Choices asked={asked} onClose={() => setOpen(false)} />
    </Popover>
  );
}

function Choices({ asked, onClose }: { asked: () => MenuProps | null; onClose: () => void }) {
  const [props] = useState(asked);
  return props ? <Chosen {...props} onClose={onClose} /> : null;
}

function Chosen({ metric, traces, view, onView, picture, onClose }: MenuProps & { onClose: () => void }) {
  const run = traces.length === 1 && !traces[0]!.runs ? traces[0]! : undefined;
  const others = Object.fromEntries(Object.entries(view.ranges).filter(([key]) => key !== metric));
  const act = (what: () => void) => () => {
    what();
    onClose();
  };
  const png = () => {
    pngOf(picture).then(
      (blob) => save(fileName(metric, "png"), blob),
      (error: unknown) => sayProblem("Saving the picture", error),
    );
  };
  return (
    <div className={styles.menu}>
      <Button kind="quiet" size="s" onClick={act(png)}>
        Save as PNG
      </Button>
      <Button kind="quiet" size="s" onClick={act(() => download(fileName(metric, "svg"), "image/svg+xml", svgOf(picture)))}>
        Save as SVG
      </Button>
      <Button kind="quiet" size="s" onClick={act(() => download(fileName(metric, "csv"), "text/csv;charset=utf-8", csvOf(metric, traces)))}>
        Save what is drawn as CSV
      </Button>
      {run && !run.series.exact ? (
        <a href={`/api/v1/runs/${run.id}/metrics.csv?key=${encodeURIComponent(metric)}`} download>
          Save every point as CSV
        </a>
      ) : null}
      <RangeForm
        picture={picture}
        chosen={view.ranges[metric]}
        onRange={(range) => act(() => onView({ ...view, ranges: range ? { ...others, [metric]: range } : others }))()}
      />
    </div>
  );
}

interface RangeProps {
  picture: Picture;
  chosen: readonly [number, number] | undefined;
  onRange: (range: readonly [number, number] | null) => void;
}

function RangeForm({ picture, chosen, onRange }: RangeProps) {
  const [wrong, setWrong] = useState("");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = (name: string, otherwise: number) => (form.get(name) === "" ? otherwise : Number(form.get(name)));
    const [from, to] = [read("from", picture.y[0]), read("to", picture.y[1])];
    if (!(from < to)) setWrong("“y from” must lie below “y to”.");
    else if (picture.logY && from <= 0) setWrong("A log axis begins above 0.");
    else onRange([from, to]);
  };
  return (
    <form onSubmit={submit} className={styles.range}>
      <Field label="y from" wrong={wrong}>
        {(given) => <TextField {...given} name="from" type="number" step="any" defaultValue={chosen?.[0]} placeholder={String(Number(picture.y[0].toPrecision(4)))} />}
      </Field>
      <Field label="y to">
        {(given) => <TextField {...given} name="to" type="number" step="any" defaultValue={chosen?.[1]} placeholder={String(Number(picture.y[1].toPrecision(4)))} />}
      </Field>
      <Button type="submit" size="s">
        Set
      </Button>
      <Button size="s" onClick={() => onRange(null)}>
        Automatic
      </Button>
    </form>
  );
}
