import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { BulkAsk } from "../../api/curating";
import type { RunView } from "../../api/types";
import { actionsOf } from "../../components/ActionBar";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";

const RUNS: RunView[] = ["FINISHED", "FAILED", "RUNNING", "FINISHED"].map((state, i) => aRun({ id: `run-${i}`, name: `sweep-of-prompts-00${i}`, state: state as RunView["state"], config: { seed: i } }));
const KEYS = {
  of: 4,
  params: [{ key: "seed", type: "number", runs: 4, distinct: 4, varies: true, values: [0, 1, 2, 3] }],
  metrics: [{ key: "val/top1", runs: 4, goal: "MAX", unit: "%", decimals: 2 }],
  tags: [{ key: "paper", runs: 1 }],
};
const asked: URL[] = [];
const sent: { path: string; body: unknown }[] = [];
const chosen = ({ select }: BulkAsk) => RUNS.filter((run) => !select.ids || select.ids.includes(run.id));
const over = (run: RunView) => !["RUNNING", "QUEUED"].includes(run.state);
const server = setupServer(
  http.post("*/api/v1/runs/bulk/check", async ({ request }) => {
    const runs = chosen((await request.json()) as BulkAsk);
    const actions = Object.fromEntries((["pause", "resume", "cancel", "retry"] as const).map((action) => [action, runs.filter((run) => actionsOf(run.state).includes(action)).length]));
    return HttpResponse.json({ applies: runs.length, skips: 0, byState: {}, actions: { ...actions, delete: runs.filter(over).length, restore: 0 }, own: runs.filter((run) => run.createdBy === "local").length });
  }),
  http.post("*/api/v1/runs/bulk", async ({ request }) => {
    const body = (await request.json()) as BulkAsk;
    sent.push({ path: "bulk", body });
    const runs = chosen(body);
    const undo = body.do && "delete" in body.do ? [{ select: { ids: runs.map((run) => run.id) }, do: { restore: true } }] : undefined;
    return HttpResponse.json({ done: runs.filter(over).length, skipped: runs.filter((run) => !over(run)).map(({ id, name }) => ({ id, name, why: "it is RUNNING; cancel it first" })), skippedTotal: runs.filter((run) => !over(run)).length, undo });
  }),
  http.patch("*/api/v1/runs/:id", async ({ request, params }) => {
    const body = (await request.json()) as Partial<RunView>;
    sent.push({ path: String(params.id), body });
    return HttpResponse.json({ ...RUNS.find((run) => run.id === params.id), ...body });
  }),
  http.get("*/api/v1/runs/filter/complete", ({ request }) => {
    const text = new URL(request.url).searchParams.get("text")!;
    const from = text.lastIndexOf(" ") + 1;
    return HttpResponse.json({ from, to: text.length, choices: [{ text: "params.seed", kind: "field", hint: "4 values" }] });
  }),
  http.get("*/api/v1/views", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([{ name: "shapes-prompts", runs: 4 }])),
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
beforeEach(() => {
  asked.splice(0);
  sent.splice(0);
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const rowOf = (name: RegExp) => screen.findByRole("row", { name });

test("the keyboard moves the focus itself, selects, and is offered only what applies to what is selected (U-04, U-27)", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  const first = await rowOf(/-000/);
  first.focus();
  await userEvent.keyboard("{ArrowDown}");
  const second = await rowOf(/-001/);
  expect(document.activeElement).toBe(second);
  await userEvent.keyboard("x");
  expect(second.getAttribute("aria-selected")).toBe("true");
  const bar = await screen.findByRole("region", { name: "Selected runs" });
  await waitFor(() => expect(within(bar).getByRole("button", { name: /Retry/ })).toBeTruthy());
  expect(within(bar).queryByRole("button", { name: /Pause|Cancel|Resume/ })).toBeNull();
  await userEvent.keyboard("{End}{Shift>}x{/Shift}");
  await waitFor(() => expect(within(bar).getByText("3 selected")).toBeTruthy());
  expect(await within(bar).findByRole("button", { name: /Pause 1/ })).toBeTruthy();
  expect(within(bar).getByRole("button", { name: /Delete 2/ })).toBeTruthy();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("region", { name: "Selected runs" })).toBeNull();
});

test("of others' runs nothing is offered, and of a mixed choice with how many it would be", async () => {
  const [first] = RUNS;
  RUNS[0] = { ...first!, createdBy: "ben" };
  try {
    drawAt("/runs?charts=off", <RunsPanel />, { name: "local", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "default", role: "RESEARCHER" }] });
    (await rowOf(/-000/)).focus();
    await userEvent.keyboard("x");
    const bar = await screen.findByRole("region", { name: "Selected runs" });
    await waitFor(() => expect(within(bar).queryByText(/looking at their states/)).toBeNull());
    expect(within(bar).queryByRole("button", { name: /Star|Tag|Archive|More/ })).toBeNull();
    await userEvent.keyboard("{ArrowDown}x");
    expect(await within(bar).findByRole("button", { name: "Star 1" })).toBeTruthy();
    expect(within(bar).getByRole("button", { name: "Compare" })).toBeTruthy();
  } finally {
    RUNS[0] = first!;
  }
});

test("a selection does not survive another question (U-04)", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("x");
  expect(await screen.findByText("1 selected")).toBeTruthy();
  await userEvent.click((await screen.findAllByRole("button", { name: /^State/ }))[0]!);
  await userEvent.click(await screen.findByRole("menuitemcheckbox", { name: "running" }));
  await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
});

test("an expression that cannot be read is refused where it is typed, with the place, and is no part of the view (U-13)", async () => {
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
  expect((await rowOf(/-000/)) && asked.filter((url) => url.searchParams.getAll("filter").includes("pgn")).length).toBe(1);
});

test("groups ask for the means of a first screenful at once and for all others when those are there", async () => {
  const fields: string[][] = [];
  server.use(
    http.get("*/api/v1/runs/groups", ({ request }) => {
      const wanted = new URL(request.url).searchParams.getAll("field");
      fields.push(wanted);
      const of = { by: { "params.method.kind": "pgn" }, filter: "params.method.kind = 'pgn'", runs: 4, states: { FINISHED: 4 } };
      return HttpResponse.json({ items: [{ ...of, fields: Object.fromEntries(wanted.map((field) => [field, { n: 4, mean: 700 + Number(/m(\d)/.exec(field)![1]), std: 0 }])) }], total: 1, more: false });
    }),
  );
  const cols = ["name", ...[1, 2, 3, 4, 5, 6].map((i) => `metrics.m${i}.last`)];
  drawAt(`/runs?charts=off&group=params.method.kind&sort=-metrics.m6.last&${cols.map((col) => `cols=${col}`).join("&")}`, <RunsPanel />);
  const group = await rowOf(/kind pgn/);
  for (const mean of [701, 702, 703, 704, 705, 706]) await waitFor(() => expect(group.textContent).toContain(`${mean}`));
  // What it is sorted by is always among them: both answers have the same groups in the same order.
  expect(fields.map((asked) => asked.join(" "))).toEqual(["metrics.m6.last metrics.m1.last metrics.m2.last metrics.m3.last", "metrics.m6.last metrics.m4.last metrics.m5.last"]);
});

test("groups say their mean, deviation and n, and open to their runs", async () => {
  drawAt("/runs?charts=off&group=params.method.kind&cols=name&cols=metrics.val/top1.best", <RunsPanel />);
  const group = await rowOf(/kind pgn/);
  expect(group.textContent).toContain("81.25 ± 0.50");
  expect(group.textContent).toContain("n = 4");
  expect(group.textContent).toContain("n 3 of 4");
  group.focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(await rowOf(/-003/)).toBeTruthy();
  expect(asked.at(-1)?.searchParams.getAll("filter")).toEqual(["of is null", "params.method.kind = 'pgn'"]);
  expect(group.getAttribute("aria-expanded")).toBe("true");
});

test("what is done to all that match is asked by filter, with the count that was seen, says what it left, and can be undone", async () => {
  drawAt("/runs?charts=off&experiment=shapes-prompts&filter=name+~+sweep", <RunsPanel />);
  await rowOf(/-000/);
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all that match" }));
  const bar = await screen.findByRole("region", { name: "Selected runs" });
  await userEvent.click(await within(bar).findByRole("button", { name: /Delete 3/ }));
  expect(await screen.findByText("3 runs deleted")).toBeTruthy();
  expect(screen.getByText(/1 left as it is. sweep-of-prompts-002: it is RUNNING; cancel it first/)).toBeTruthy();
  expect(sent[0]?.body).toEqual({ select: { experiment: "shapes-prompts", filter: ["name ~ sweep"] }, expect: 4, do: { delete: true } });
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(sent[1]?.body).toEqual({ select: { ids: RUNS.map((run) => run.id) }, do: { restore: true } }));
});

test("a count that changed in the meantime changes nothing, and is said", async () => {
  server.use(http.post("*/api/v1/runs/bulk", () => HttpResponse.json({ status: 409, code: "COUNT_CHANGED", detail: "They are 5 runs now, not 4; nothing was changed." }, { status: 409 })));
  drawAt("/runs?charts=off", <RunsPanel />);
  await rowOf(/-000/);
  await userEvent.click(screen.getByRole("checkbox", { name: "Select all that match" }));
  await userEvent.click(await screen.findByRole("button", { name: "Archive" }));
  expect(await screen.findByText(/They are 5 runs now, not 4/)).toBeTruthy();
  expect(screen.getByRole("region", { name: "Selected runs" })).toBeTruthy();
});

test("one row is starred by its key, renamed by its menu, and that too can be undone", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("s");
  await waitFor(() => expect(sent[0]).toEqual({ path: "run-0", body: { starred: true } }));
  await userEvent.keyboard("m");
  await userEvent.click(await screen.findByRole("menuitem", { name: /Name, tags, place/ }));
  const box = await screen.findByRole("textbox", { name: "Name" });
  await userEvent.clear(box);
  await userEvent.type(box, "the good one");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent[1]).toEqual({ path: "run-0", body: { name: "the good one" } }));
  const said = (await screen.findByText("Changed sweep-of-prompts-000")).closest("li")!;
  await userEvent.click(within(said).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(sent[2]).toEqual({ path: "run-0", body: { name: "sweep-of-prompts-000" } }));
});

test("what is somebody else's is neither offered to a researcher nor done by its key", async () => {
  drawAt("/runs?charts=off", <RunsPanel />, { name: "ann", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "default", role: "RESEARCHER" }] });
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("s");
  await userEvent.keyboard("m");
  expect(await screen.findByRole("menuitem", { name: /baseline/ })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: /Star|Archive|Delete|Name/ })).toBeNull();
  expect(sent).toEqual([]);
});

test("tags are set on many runs at once", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("x{ArrowDown}x");
  await userEvent.click(await screen.findByRole("button", { name: "Tag" }));
  await userEvent.type(await screen.findByRole("combobox", { name: "Tag" }), "paper");
  await userEvent.type(screen.getByRole("textbox", { name: /Value/ }), "fig 1");
  await userEvent.click(screen.getByRole("button", { name: "Set" }));
  await waitFor(() => expect(sent[0]?.body).toEqual({ select: { ids: ["run-0", "run-1"] }, do: { patch: { tags: { paper: "fig 1" } } } }));
});

test("what is starred, archived or deleted is shown when it is asked for, and said above the table", async () => {
  const { address } = drawAt("/runs?charts=off&archived=only&starred=1", <RunsPanel />);
  await rowOf(/-000/);
  expect(asked.at(-1)?.searchParams.get("archived")).toBe("only");
  expect(asked.at(-1)?.searchParams.getAll("filter")).toEqual(["starred = true"]);
  await userEvent.click(screen.getByRole("button", { name: "Remove archived" }));
  await waitFor(() => expect(asked.at(-1)?.searchParams.get("archived")).toBeNull());
  expect(address()).not.toContain("archived");
});

test("c compares what is selected, and nothing when it is one (U-20)", async () => {
  const { address } = drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("xc");
  expect(address()).toContain("/runs?");
  await userEvent.keyboard("{ArrowDown}xc");
  expect(address()).toBe("/compare?run=run-0&run=run-1");
});

test("tags that runs had before are brought back as they were, a request for each value", async () => {
  const undo = [{ select: { ids: ["run-0"] }, do: { patch: { tags: { paper: "table 2" } } } }, { select: { ids: ["run-1"] }, do: { patch: { tags: { paper: null } } } }];
  const bodies: unknown[] = [];
  server.use(
    http.post("*/api/v1/runs/bulk", async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ done: 2, skipped: [], skippedTotal: 0, ...(bodies.length === 1 ? { undo } : {}) });
    }),
  );
  drawAt("/runs?charts=off", <RunsPanel />);
  (await rowOf(/-000/)).focus();
  await userEvent.keyboard("x{ArrowDown}x");
  await userEvent.click(await screen.findByRole("button", { name: "Tag" }));
  await userEvent.type(await screen.findByRole("combobox", { name: "Tag" }), "paper");
  await userEvent.click(screen.getByRole("button", { name: "Set" }));
  const said = (await screen.findByText("2 runs tagged")).closest("li")!;
  await userEvent.click(within(said).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(bodies.slice(1)).toEqual(undo));
  expect(await screen.findByText("2 runs as before")).toBeTruthy();
});

test("a filter that is pressed goes back into the box, to be written anew", async () => {
  const { address } = drawAt("/runs?charts=off&filter=params.seed+%3D+0", <RunsPanel />);
  await rowOf(/-000/);
  await userEvent.click(screen.getByRole("button", { name: "params.seed = 0" }));
  const box = screen.getByRole("combobox", { name: /Filter/ });
  await waitFor(() => expect(document.activeElement).toBe(box));
  expect((box as HTMLInputElement).value).toBe("params.seed = 0");
  expect(address()).not.toContain("filter=");
  await userEvent.type(box, "{Backspace}1{Enter}");
  await waitFor(() => expect(decodeURIComponent(address())).toMatch(/filter=params\.seed[+ ]=[+ ]1/));
  expect((screen.getByRole("combobox", { name: /Filter/ }) as HTMLInputElement).value).toBe("");
});

test("a filter goes on as the service's grammar does", async () => {
  drawAt("/runs?charts=off", <RunsPanel />);
  await rowOf(/-000/);
  const box = screen.getByRole("combobox", { name: /Filter/ });
  await userEvent.type(box, "state = FAILED and se");
  await userEvent.click(await screen.findByRole("option", { name: /params.seed/ }));
  expect((box as HTMLInputElement).value).toBe("state = FAILED and params.seed ");
});
