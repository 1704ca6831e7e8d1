import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";

const SILENT = aRun({ id: "run-silent", name: "fold-1", external: true, heardAt: new Date(Date.now() - 7_500_000).toISOString(), parent: "run-top" });
const TOP = aRun({ id: "run-top", name: "five-folds", external: true, heardAt: new Date().toISOString(), children: 5 });
const filters: string[][] = [];
const server = setupServer(
  http.get("*/api/v1/views", () => HttpResponse.json([])),
  http.get("*/api/v1/keys", () => HttpResponse.json({ of: 2, params: [], metrics: [], tags: [] })),
  http.get("*/api/v1/runs/filter/complete", () => HttpResponse.json({ from: 0, to: 0, choices: [] })),
  http.get("*/api/v1/runs", ({ request }) => {
    filters.push(new URL(request.url).searchParams.getAll("filter"));
    return HttpResponse.json({ items: [SILENT, TOP], total: 2, more: false, metrics: [] });
  }),
);
// jsdom lays nothing out: rows are drawn for a box of this size.
beforeAll(() => {
  for (const [name, size] of [["clientHeight", 600], ["clientWidth", 1200]] as const) Object.defineProperty(Element.prototype, name, { configurable: true, get: () => size });
  server.listen({ onUnhandledRequest: "error" });
});
afterAll(() => server.close());

test("a row says that its program fell silent, below which run it is, and leads to what is below it", async () => {
  const { address } = drawAt("/runs?charts=off", <RunsPanel />);
  const silent = await screen.findByRole("row", { name: "fold-1" });
  expect(within(silent).getByText("silent 2h 05m")).toBeTruthy();
  expect(within(silent).getByRole("link", { name: "The run that fold-1 is below" }).getAttribute("href")).toBe("/runs/run-top");
  const top = screen.getByRole("row", { name: "five-folds" });
  expect(within(top).getByText("running")).toBeTruthy();
  await userEvent.click(within(top).getByRole("link", { name: "5 runs below five-folds" }));
  await waitFor(() => expect(filters.at(-1)).toEqual(["parent = 'run-top'"]));
  expect(address()).toContain("filter=parent");
});
