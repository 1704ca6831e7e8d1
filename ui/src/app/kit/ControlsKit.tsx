import { Columns3, Download, Plus, Search, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button, IconButton, LinkButton, Segmented } from "../../components/controls/Button";
import { Checkbox, Switch } from "../../components/controls/Checkbox";
import { Combobox } from "../../components/controls/Combobox";
import { Select } from "../../components/controls/Select";
import { Tabs } from "../../components/controls/Tabs";
import { Field, TextArea, TextField } from "../../components/controls/TextField";
import { Card, Toolbar } from "../../components/display/Card";
import { Keys } from "../../components/display/Kbd";
import css from "./Kit.module.css";

const METRICS = ["val/top1", "val/top5", "val/loss", "train/loss", "train/lr", "test/top1", "system/gpu/0/memory"];

export function ControlsKit() {
  const [axis, setAxis] = useState<"step" | "epoch" | "time">("step");
  const [checked, setChecked] = useState<boolean | "some">("some");
  const [on, setOn] = useState(true);
  const [goal, setGoal] = useState("max");
  const [metric, setMetric] = useState("val/");
  const [tab, setTab] = useState<"curves" | "spec">("curves");
  return (
    <>
      <Card title="Buttons">
        {(["plain", "primary", "danger", "quiet"] as const).map((kind) => (
          <div key={kind} className={css.samples}>
            <Button kind={kind}>{kind}</Button>
            <Button kind={kind} icon={Plus}>
              With a sign
            </Button>
            <Button kind={kind} disabled>
              Not now
            </Button>
            <Button kind={kind} busy>
              Asking
            </Button>
            <Button kind={kind} size="s">
              Small
            </Button>
          </div>
        ))}
        <div className={css.samples}>
          <IconButton icon={Columns3} label="Columns" keys="c" />
          <IconButton icon={Download} label="Download" kind="plain" />
          <IconButton icon={Trash2} label="Delete" kind="danger" size="s" />
          <IconButton icon={Trash2} label="Not now" disabled />
          <Button aria-pressed>Pressed</Button>
          <LinkButton to="/runs">A link</LinkButton>
          <Segmented
            label="Horizontal axis"
            value={axis}
            onValue={setAxis}
            options={[
              { value: "step", label: "Step" },
              { value: "epoch", label: "Epoch" },
              { value: "time", label: "Time" },
            ]}
          />
        </div>
      </Card>
      <Card title="Fields">
        <div className={css.fields}>
          <Field label="Learning rate" sub="required" hint="Step size of the optimiser, above 0.">
            {(given) => <TextField {...given} defaultValue="0.1" />}
          </Field>
          <Field label="Batch size" wrong="batchSize: 0 must be at least 1; use 128.">
            {(given) => <TextField {...given} defaultValue="0" />}
          </Field>
          <Field label="Metric" hint="Anything may be typed; what is known is offered.">
            {(given) => <Combobox {...given} value={metric} onValue={setMetric} mono choices={METRICS.map((value) => ({ value, hint: value.startsWith("val/") ? "12 runs" : undefined }))} />}
          </Field>
          <Field label="Goal">
            {(given) => (
              <Select
                {...given}
                full
                value={goal}
                onValue={setGoal}
                options={[
                  { value: "max", label: "Larger is better" },
                  { value: "min", label: "Smaller is better" },
                ]}
              />
            )}
          </Field>
          <Field label="Note">{(given) => <TextArea {...given} rows={3} placeholder="Markdown" />}</Field>
          <TextField icon={Search} aria-label="Search" type="search" placeholder="Search" />
          <TextField aria-label="Not now" disabled defaultValue="not now" />
          <Toolbar label="Ticks">
            <Checkbox checked={checked} onChecked={setChecked} label="Some of them" />
            <Checkbox checked onChecked={() => undefined} label="Ticked" />
            <Checkbox checked={false} onChecked={() => undefined} label="Not ticked" />
            <Checkbox checked={false} disabled onChecked={() => undefined} label="Not now" />
            <Switch checked={on} onChecked={setOn} label="Superseded attempts" />
          </Toolbar>
        </div>
      </Card>
      <Card title="Tabs and keys">
        <Tabs
          label="Parts"
          value={tab}
          onValue={setTab}
          tabs={[
            { value: "curves", label: "Curves", count: 12 },
            { value: "spec", label: "Specification" },
          ]}
        >
          <p>The panel of {tab}.</p>
        </Tabs>
        <div className={css.samples}>
          <Keys keys="mod+k" /> <Keys keys="g r" /> <Keys keys="?" /> <Keys keys="ArrowDown" />
        </div>
      </Card>
    </>
  );
}
