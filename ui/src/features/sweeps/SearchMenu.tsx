import { useQueryClient } from "@tanstack/react-query";
import { FastForward, Focus, Plus, Square, Target } from "lucide-react";
import { keys } from "../../api/keys";
import { search } from "../../api/sweepSearch";
import type { SweepView } from "../../api/types";
import { Button } from "../../components/controls/Button";
import { count } from "../../components/format";
import { useGo } from "../../components/navigation";
import { Menu, MenuItem, MenuLine } from "../../components/overlays/Menu";
import { say, sayProblem } from "../../components/overlays/toast";

const MORE = [10, 50] as const;

/** More points, no more points, a sweep around the best one, or one that goes on from all of them. */
export default function SearchMenu({ sweep }: { sweep: SweepView }) {
  const cache = useQueryClient();
  const go = useGo();
  const spec = sweep.spec as { sampler?: { kind?: string }; axes?: object };
  const drawn = (spec.sampler?.kind ?? "grid") !== "grid";
  const ask = async (said: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      sayProblem(said, error);
      return;
    }
    say(said);
    await Promise.all([keys.sweep(sweep.id), keys.sweepLists].map((queryKey) => cache.invalidateQueries({ queryKey })));
  };
  if (Object.keys(spec.axes ?? {}).length === 0) return null;
  return (
    <Menu align="end" trigger={<Button icon={Target}>Search</Button>}>
      {MORE.map((n) => (
        <MenuItem
          key={n}
          icon={Plus}
          disabled={!drawn || sweep.state === "CANCELLED"}
          hint={drawn ? "drawn by the same sampler" : "a grid has every point"}
          onSelect={() => void ask(`${count(n)} points more`, () => search.extend(sweep.id, n))}
        >
          {`${n} points more`}
        </MenuItem>
      ))}
      <MenuItem icon={Square} disabled={sweep.state !== "RUNNING" && sweep.state !== "PAUSED"} hint="runs under way go on" onSelect={() => void ask("No more points", () => search.stop(sweep.id))}>
        No more points
      </MenuItem>
      <MenuLine />
      <MenuItem icon={Focus} hint="a quarter of each range; learns from this sweep" onSelect={() => go(`/new?kind=sweep&from=around:${sweep.id}`)}>
        Sweep around the best
      </MenuItem>
      <MenuItem icon={FastForward} hint="with any sampler that learns" onSelect={() => go(`/new?kind=sweep&from=after:${sweep.id}`)}>
        Go on from what it found
      </MenuItem>
    </Menu>
  );
}
