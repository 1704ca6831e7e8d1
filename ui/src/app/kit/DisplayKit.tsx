import { Rows3 } from "lucide-react";
import { Problem } from "../../api/problem";
import { looks } from "../../components/colour";
import { LinkButton } from "../../components/controls/Button";
import { Badge, Tag } from "../../components/display/Badge";
import { Card } from "../../components/display/Card";
import { EmptyState } from "../../components/display/EmptyState";
import { ErrorNote } from "../../components/display/ErrorNote";
import { KeyValue, KeyValues } from "../../components/display/KeyValue";
import { ProgressBar } from "../../components/display/ProgressBar";
import { Skeleton } from "../../components/display/Skeleton";
import { StatePill } from "../../components/display/StatePill";
import { Tile, Tiles } from "../../components/display/Tile";
import { Time } from "../../components/display/Time";
import { useDark } from "../../components/theme";
import css from "./Kit.module.css";

const STATES = ["QUEUED", "STARTING", "RUNNING", "PAUSING", "PAUSED", "CANCELLING", "FINISHED", "PRUNED", "FAILED", "CANCELLED", "FREE", "BUSY", "LOST", "DRAINED", "QUARANTINED", "PARTLY FAILED"];
const PERCENT = { unit: "%", decimals: 2 };
const REFUSED = new Problem({ status: 422, code: "OUT_OF_RANGE", field: "method.prompts", detail: "method.prompts: 999 must lie in [1, 256]; use 256.", remedy: "use 256" });
const AWAY = new Problem({ status: 503, code: "UNAVAILABLE", detail: "The database does not answer.", remedy: "Look at the service's log." });
const EARLIER = new Date(Date.now() - 5_400_000).toISOString();
const GROUNDS = ["ground", "side", "paper", "raised", "hover", "chosen", "accent", "good-ground", "bad-ground", "warn-ground", "live-ground", "still-ground"];
const IDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

export function DisplayKit() {
  const drawn = looks(IDS, useDark());
  return (
    <>
      <Card title="States and badges">
        <div className={css.samples}>
          {STATES.map((state) => (
            <StatePill key={state} state={state} />
          ))}
        </div>
        <div className={css.samples}>
          <Badge>12 runs</Badge>
          <Badge tone="live" live>
            3 running
          </Badge>
          <Badge tone="warn">stale</Badge>
          <Tag label="baseline" onRemove={() => undefined}>
            baseline
          </Tag>
          <Tag>purpose: ablation</Tag>
        </div>
      </Card>
      <Card title="Numbers">
        <Tiles>
          <Tile name="test/top1" value={84.4167} format={PERCENT} note="best at step 4,200" />
          <Tile name="val/top1" value={84.4167} std={1.681} format={PERCENT} note="mean ± std, n = 3" />
          <Tile name="train/loss" value={0.3112} />
          <Tile name="val/loss" value={NaN} note="not finite since step 20" />
          <Tile name="test/top5" value={null} note="not measured" />
          <Tile name="Training" value="3h 12m" note="on 1 device" />
        </Tiles>
      </Card>
      <Card title="Facts, times, progress">
        <KeyValues>
          <KeyValue name="Progress">
            <ProgressBar step={160} steps={320} epoch={10} epochs={20} />
          </KeyValue>
          <KeyValue name="Ended">
            <ProgressBar step={120} steps={320} epoch={7} epochs={20} ended />
          </KeyValue>
          <KeyValue name="Created">
            <Time at={EARLIER} />
          </KeyValue>
          <KeyValue name="Exactly">
            <Time at="2026-01-01T12:00:00Z" show="absolute" />
          </KeyValue>
          <KeyValue name="Never">
            <Time at={null} />
          </KeyValue>
        </KeyValues>
        <br />
        <ProgressBar step={160} steps={320} epoch={10} epochs={20} wide />
        <br />
        <br />
        <KeyValues column>
          <KeyValue name="Device">NVIDIA H100 · host-7</KeyValue>
          <KeyValue name="Commit">
            <code>6172206</code>
          </KeyValue>
        </KeyValues>
      </Card>
      <Card title="Nothing, waiting, wrong">
        <div className={css.fields}>
          <EmptyState
            title="No runs yet."
            icon={Rows3}
            actions={
              <LinkButton to="/new" kind="primary">
                Queue a sweep
              </LinkButton>
            }
          >
            <p>
              Or try <code>runyard demo</code> on the command line.
            </p>
          </EmptyState>
          <Skeleton what="runs" />
          <ErrorNote error={REFUSED} />
          <ErrorNote error={AWAY} what="Runs" retry={() => undefined} />
        </div>
      </Card>
      <Card title="Colours">
        <div className={css.swatches}>
          {GROUNDS.map((name) => (
            <div key={name}>
              <div className={css.swatch} style={{ background: `var(--${name})` }} />
              {name}
            </div>
          ))}
          {[...drawn].map(([id, { colour, dash }]) => (
            <div key={id}>
              <svg width="100" height="34" aria-hidden="true">
                <line x1="0" x2="100" y1="17" y2="17" stroke={colour} strokeWidth="2.5" strokeDasharray={dash.join(" ")} />
              </svg>
              run {id}
            </div>
          ))}
        </div>
      </Card>
    </>
  );
}
