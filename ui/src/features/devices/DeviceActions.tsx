import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { fleet } from "../../api/fleet";
import { keys } from "../../api/keys";
import type { Me } from "../../api/people";
import type { DeviceView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { Select } from "../../components/controls/Select";
import { say, sayProblem } from "../../components/overlays/toast";

const TIMES = [
  { value: "", label: "Hold …" },
  { value: "60", label: "for 1 h" },
  { value: "240", label: "for 4 h" },
  { value: "1440", label: "for a day" },
];

/** What whoever looks may do about a device: hold it for themselves; an administrator also drains it and lets it back. */
export function DeviceActions({ device, me }: { device: DeviceView; me: Me }) {
  const cache = useQueryClient();
  const [busy, setBusy] = useState(false);
  if (me.readOnly) return null;
  const does = (what: string, asked: Promise<unknown>) => {
    setBusy(true);
    asked
      .then(
        () => say(`${device.name} on ${device.host}: ${what}`),
        (error: unknown) => sayProblem(device.name, error),
      )
      .finally(() => {
        setBusy(false);
        void cache.invalidateQueries({ queryKey: keys.devices });
      });
  };
  const works = me.administrator || me.projects.some((project) => project.role !== "VIEWER");
  const mine = device.heldBy === me.name;
  const out = ["DRAINED", "QUARANTINED", "HELD"].includes(device.state);
  return (
    <>
      {me.administrator && device.state !== "DRAINED" ? (
        <Button size="s" busy={busy} aria-label={`Drain ${device.name} on ${device.host}`} onClick={() => does("gets no more runs", fleet.act(device.id, "drain"))}>
          Drain
        </Button>
      ) : null}
      {me.administrator && out ? (
        <Button size="s" busy={busy} aria-label={`Let back ${device.name} on ${device.host}`} onClick={() => does("gets runs again", fleet.act(device.id, "let-back"))}>
          Let back
        </Button>
      ) : null}
      {mine ? (
        <Button size="s" busy={busy} aria-label={`Let go of ${device.name} on ${device.host}`} onClick={() => does("let go", fleet.release(device.id))}>
          Let go
        </Button>
      ) : works && !device.heldBy ? (
        <Select
          size="s"
          label={`Hold ${device.name} on ${device.host}`}
          value=""
          options={TIMES}
          disabled={busy}
          onValue={(minutes) => {
            if (minutes !== "") does("nothing further starts there", fleet.hold(device.id, Number(minutes)));
          }}
        />
      ) : null}
    </>
  );
}
