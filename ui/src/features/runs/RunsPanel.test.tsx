import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunView } from "../../api/types";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";

const RUNS: RunView[] = ["FINISHED", "FAILED", "RUNNING", "FINISHED"].map((state, i) => aRun({ id: `run-${i}`, name: `sweep-of-prompts-00${i}`, state: state as RunView["state"], config: { seed: i } }));
const KEYS = {
  of: 4,
  params: [{ key: "seed", type: "number", runs: 4, distinct: 4, varies: true, values: [0, 1, 2, 3] }],
  metrics: [{ key: "val/top1", runs: 4, goal: "MAX", unit: "%", decimals: 2 }],
};
const asked: URL[] = [];
const server = setupServer(
  http.get("*/api/v1/keys", () => HttpResponse.json(KEYS)),
  http.get("*/api/v1/runs/groups", () =>
    HttpResponse.json({
      items: [{ by: { "params.method.kind": "pgn" }, filter: "params.method.kind = 'pgn'", runs: 4, states: { FINISHED: 2, FAILED: 1, RUNNING: 1 }, fields: { "metrics.val/top1.best": { n: 3, mean: 81.254, std: 0.5 } } }],
      total: 1,
      more: false,
    }),
  ),
  http.get("*/api/v1/runs", ({ request }) => {
    const url = new URL(request.url);
    asked.push(url);
    if (url.searchParams.getAll("filter").includes("seed >")) {
      return HttpResponse.json({ status: 422, code: "BAD_FILTER", field: "filter", detail: "filter: seed > expected a value at 6.", position: 6 }, { status: 422 });
    }
    const state = url.searchParams.get("state");
    const items = RUNS.filter((run) => !state || state.split(",").includes(run.state));
    return HttpResponse.json({ items, total: items.length, more: false, metrics: ["val/top1"] });
  }),
  http.get("*/api/v1/runs/:id", ({ params }) => HttpResponse.json(RUNS.find((run) => run.id === params.id))),
);

// jsdom lays nothing out: rows are drawn for a box of this size.
beforeAll(() => {
  for (const [name, size] of [["clientHeight", 600], ["clientWidth", 1200]] as const) Object.defineProperty(Element.prototype, name, { configurable: true, get: () => size });
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(() => void asked.splice(0));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const rowOf = (name: RegExp) => screen.findByRole("row", { name });

test("the keyboard moves the focus itself, selects, and is offered only what applies to what is selected", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  await rowOf(/-000/);
  const first = await rowOf(/-000/);
  first.focus();
  await userEvent.keyboard("{ArrowDown}");
  const second = await rowOf(/-001/);
  expect(document.activeElement).toBe(second);
  await userEvent.keyboard("x");
  expect(second.getAttribute("aria-selected")).toBe("true");
  const bar = screen.getByRole("region", { name: "Selected runs" });
  await waitFor(() => expect(within(bar).getByRole("button", { name: /Retry/ })).toBeTruthy());
  expect(within(bar).queryByRole("button", { name: /Pause|Cancel|Resume/ })).toBeNull();
  await userEvent.keyboard("{End}{Shift>}x{/Shift}");
  await waitFor(() => expect(within(bar).getByText("3 selected")).toBeTruthy());
  expect(within(bar).getByRole("button", { name: /Pause 1/ })).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "Selected runs" })).toBeNull();
});

test("a selection does not survive another question", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("x");
  expect(await screen.findByText("1 selected")).toBeTruthy();
  await userEvent.click(screen.getAllByRole("button", { name: /^State/ })[0]!);
  await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "running" }));
  await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
});

test("an expression that cannot be read is refused where it is typed, with the place, and is no part of the view", async () => {
  const { address } = drawAt("/runs?charts=off", <RunsPanel />);
  await rowOf(/-000/);
  const box = screen.getByRole("combobox", { name: /Filter/ });
  await userEvent.type(box, "seed >{Enter}");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("expected a value");
  expect(alert.querySelector("pre")?.textContent).toBe("seed >\n      ^");
  expect(address()).not.toContain("filter");
  await userEvent.clear(box);
  await userEvent.type(box, "pgn{Enter}");
  await waitFor(() => expect(address()).toContain("filter=pgn"));
});

test("groups say their mean, deviation and n, and open to their runs", async () => {
  drawAt("/runs?charts=off&group=params.method.kind&cols=name&cols=metrics.val/top1.best", <RunsPanel />);
  const group = await rowOf(/kind pgn/);
  expect(group.textContent).toContain("81.25 ± 0.50");
  expect(group.textContent).toContain("n = 4");
  expect(group.textContent).toContain("n 3");
  group.focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(await rowOf(/-003/)).toBeTruthy();
  expect(asked.at(-1)?.searchParams.getAll("filter")).toEqual(["params.method.kind = 'pgn'"]);
  expect(group.getAttribute("aria-expanded")).toBe("true");
});
