import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { looks } from "../components/colour";
import { Tips } from "../components/overlays/Tooltip";
import { readAt, readWords } from "./Readout";
import { SeriesChart } from "./SeriesChart";
import { drawAll, type Trace } from "./trace";
import { CHART_VIEW } from "./view";

vi.mock("./Plot", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const of = (id: string, last: (number | null)[], more = {}): Trace => ({
  id,
  label: `run ${id}`,
  series: { run: id, key: "train/loss", points: last.length, nonFinite: 0, exact: true, steps: last.map((_, i) => i + 1), times: last.map((_, i) => i * 1e6), last, ...more },
});

function chart(traces: Trace[], view = CHART_VIEW) {
  const onView = vi.fn();
  render(
    <Tips>
      <SeriesChart metric="train/loss" traces={traces} looks={looks(traces.map((trace) => trace.id), false)} view={view} onView={onView} />
    </Tips>,
  );
  return onView;
}

test("says in words what is drawn, and in its note what the eye would not know", async () => {
  chart([of("a", [2, NaN, 1])]);
  expect(await screen.findByRole("img", { name: /run a: from 2 at step 1 to 1 at step 3/ })).toBeTruthy();
  expect(screen.getByText("3 points; 1 not finite (marked)")).toBeTruthy();
});

test("its values are a table too, lines of one step in one row, with every digit", async () => {
  chart([of("a", [2, 1.23456789]), of("b", [5])]);
  await userEvent.click(screen.getByRole("button", { name: "Values as a table" }));
  const rows = within(screen.getByRole("table")).getAllByRole("row");
  expect(rows.map((row) => row.textContent)).toEqual(["Steprun arun b", "21.23456789–", "1" + "2" + "5"]);
});

test("log axis, full screen and lines that are off stand in the view, so in the address", async () => {
  const onView = chart([of("a", [2, 1])], { ...CHART_VIEW, hidden: ["a"] });
  expect(screen.getByText("Every line is switched off.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "log: logarithmic y axis" }));
  expect(onView).toHaveBeenLastCalledWith({ ...CHART_VIEW, hidden: ["a"], flipped: ["train/loss"] });
  await userEvent.click(screen.getByRole("button", { name: "Full screen" }));
  expect(onView).toHaveBeenLastCalledWith({ ...CHART_VIEW, hidden: ["a"], full: "train/loss" });
});

test("the readout has each line's own nearest point, with superseded attempts shown or not (U-18)", () => {
  const ghosts = [{ attempt: 1, steps: [2.5], times: [0], last: [9] }];
  const options = { axis: "step", smoothing: "none", weight: 0, logX: false, logY: false } as const;
  for (const shown of [true, false]) {
    const drawn = drawAll([of("a", [4, 3, 2], { ghosts }), of("b", [8, 7])], { ...options, ghosts: shown });
    expect(readAt(drawn, 2.1).map((read) => [read.label, read.step, read.value])).toEqual([
      ["run a", 2, 3],
      ["run b", 2, 7],
    ]);
    expect(readWords(readAt(drawn, 2.1), "step")).toBe("step 2: run a 3, run b 7");
  }
  // A line that ended long before says nothing here.
  expect(readAt(drawAll([of("a", [1, 1, 1, 1, 1, 1]), of("b", [1, 1])], { ...options, ghosts: false }), 6).map((read) => read.id)).toEqual(["a"]);
});
