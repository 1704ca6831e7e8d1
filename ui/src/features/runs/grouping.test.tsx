import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { RunsPanel } from "./RunsPanel";
// The menus come later in a browser; here they are there from the beginning.
import "./ToolbarMenus";

const BASE = aRun({ id: "base", name: "the base", summary: { "val/top1": { last: 80, best: 80, count: 1, nonFinite: 0 } } });
const group = (seed: number) => ({ by: { "params.seed": seed }, filter: `params.seed = ${seed}`, runs: 3, states: { FINISHED: 3 }, fields: { "metrics.val/top1.best": { n: 3, mean: 81.254, std: 0.5 } } });
const server = setupServer(
  http.get("*/api/v1/views", () => HttpResponse.json([])),
  http.get("*/api/v1/experiments", () => HttpResponse.json([])),
  http.get("*/api/v1/keys", () =>
    HttpResponse.json({
      of: 4,
      params: Array.from({ length: 50 }, (_, i) => ({ key: i === 0 ? "seed" : `p${i}`, type: "number", runs: 4, distinct: 4, varies: true, values: [0, 1] })),
      metrics: [{ key: "val/top1", runs: 4, goal: "MAX", unit: "%", decimals: 2 }],
      tags: [],
    }),
  ),
  http.get("*/api/v1/runs/groups", ({ request }) => {
    const second = new URL(request.url).searchParams.get("cursor") === "2nd";
    return HttpResponse.json({ items: second ? [group(2), group(3)] : [group(1), group(2)], ...(second ? {} : { next: "2nd" }), total: 3, more: false });
  }),
  http.get("*/api/v1/runs/:id", () => HttpResponse.json(BASE)),
);
// jsdom lays nothing out: rows are drawn for a box of this size.
beforeAll(() => {
  for (const [name, size] of [["clientHeight", 600], ["clientWidth", 1200]] as const) Object.defineProperty(Element.prototype, name, { configurable: true, get: () => size });
  server.listen({ onUnhandledRequest: "error" });
});
afterAll(() => server.close());

test("groups are read on as the table's end comes near, none twice, and say how their means lie to the baseline; all are saved as CSV", async () => {
  drawAt("/runs?charts=off&group=params.seed&base=base&cols=name&cols=metrics.val/top1.best", <RunsPanel />);
  const third = await screen.findByRole("row", { name: /seed 3/ });
  expect(screen.getAllByRole("row", { name: /seed \d/ })).toHaveLength(3);
  expect(screen.getByText("3 groups")).toBeTruthy();
  await waitFor(() => expect(third.textContent).toContain("+1.25"));

  const saved: Blob[] = [];
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => `blob:${saved.push(blob)}`, revokeObjectURL: () => undefined }));
  await userEvent.click((await screen.findAllByRole("button", { name: "More" }))[0]!);
  await userEvent.click(await screen.findByRole("menuitem", { name: "CSV of all groups" }));
  await waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]!.type).toContain("text/csv");
});

test("the picker of groups says how many fields it leaves out, and finds them", async () => {
  drawAt("/runs?charts=off&group=params.seed", <RunsPanel />);
  await userEvent.click(await screen.findByRole("button", { name: /^Group/ }));
  expect(await screen.findByText("14 more: type a part of the name.")).toBeTruthy();
  await userEvent.type(screen.getByRole("searchbox", { name: "Find a field" }), "p49");
  expect(screen.getByRole("checkbox", { name: "p49" })).toBeTruthy();
  expect(screen.queryByText(/type a part of the name/)).toBeNull();
});
