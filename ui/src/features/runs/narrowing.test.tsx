import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";
import "./CellMenu";
import "./HeadMenu";
import "./RowMenu";
import "./ToolbarMenus";

const asked: string[][] = [];
const filters = (request: Request) => asked.push(new URL(request.url).searchParams.getAll("filter"));
const RUN = aRun({ id: "r1", name: "the one", sweep: "s1", sweepName: "widths", config: { "method.kind": "pgn" }, state: "FINISHED" });
const server = setupServer(
  http.get("*/api/v1/me", () => HttpResponse.json({ name: "ada", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "default", role: "MAINTAINER" }] })),
  http.get("*/api/v1/views", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([])),
  http.get("*/api/v1/keys", () => HttpResponse.json({ of: 1, params: [{ key: "method.kind", type: "text", runs: 1, distinct: 1, varies: true, values: ["pgn"] }], metrics: [], tags: [] })),
  http.get("*/api/v1/runs/filter/complete", () => HttpResponse.json({ from: 0, to: 0, choices: [] })),
  http.get("*/api/v1/runs/groups", ({ request }) => {
    filters(request);
    return HttpResponse.json({ items: [{ by: { "params.method.kind": "pgn" }, filter: "params.method.kind = 'pgn'", runs: 1, states: { FINISHED: 1 }, fields: {} }], total: 1, more: false });
  }),
  http.get("*/api/v1/runs", ({ request }) => {
    filters(request);
    return HttpResponse.json({ items: [RUN], total: 1, more: false, metrics: [] });
  }),
);
// jsdom lays nothing out: rows are drawn for a box of this size.
beforeAll(() => {
  for (const [name, size] of [["clientHeight", 600], ["clientWidth", 1200]] as const) Object.defineProperty(Element.prototype, name, { configurable: true, get: () => size });
  server.listen({ onUnhandledRequest: "error" });
});
afterEach(() => void asked.splice(0));
afterAll(() => server.close());

const COLS = "cols=name&cols=params.method.kind&cols=sweep";

test("a cell's value becomes a filter by the other button, and by the keys of its row's menu", async () => {
  const { address } = drawAt(`/runs?charts=off&${COLS}`, <RunsPanel />);
  await userEvent.pointer({ keys: "[MouseRight]", target: await screen.findByRole("gridcell", { name: "pgn" }) });
  await userEvent.click(await screen.findByRole("menuitem", { name: /^Without this value/ }));
  await waitFor(() => expect(new URLSearchParams(address().split("?")[1]).getAll("filter")).toEqual(["params.method.kind != 'pgn' or params.method.kind is null"]));

  (await screen.findByRole("row", { name: "the one" })).focus();
  await userEvent.keyboard("m");
  const more = await screen.findByRole("menuitem", { name: "Only runs with its…" });
  more.focus();
  await userEvent.keyboard("{ArrowRight}");
  // A sweep is called by its name, and is what its id says.
  await waitFor(() => expect(document.activeElement?.textContent).toBe("kind pgn"));
  await userEvent.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement?.textContent).toBe("Sweep widths"));
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(asked.at(-1)).toContain("sweep = 's1'"));
});

test("a heading begins a filter by its column, to be written on", async () => {
  drawAt(`/runs?charts=off&${COLS}`, <RunsPanel />);
  await userEvent.click(await screen.findByRole("button", { name: "Column kind" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Filter by it…" }));
  const box = await screen.findByRole("combobox", { name: /Filter/ });
  await waitFor(() => expect((box as HTMLInputElement).value).toBe("params.method.kind "));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("combobox", { name: /Filter/ })));
});

test("groups leave tasks out, which is seen and can be taken off; the address keeps it", async () => {
  const { address } = drawAt(`/runs?charts=off&group=params.method.kind&${COLS}`, <RunsPanel />);
  await userEvent.click(await screen.findByRole("button", { name: "Remove runs without tasks" }));
  await waitFor(() => expect(address()).toContain("tasks=with"));
  expect(asked[0]).toEqual(["of is null"]);
  await waitFor(() => expect(asked.at(-1)).toEqual([]));
  await userEvent.click(await screen.findByRole("button", { name: "Remove runs and tasks" }));
  await waitFor(() => expect(address()).not.toContain("tasks"));
});
