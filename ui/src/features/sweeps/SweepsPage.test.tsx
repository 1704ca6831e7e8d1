import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { SweepsPage } from "./SweepsPage";

const sweep = (n: number, part: object) => ({ id: `s${n}`, project: "default", experiment: "e", name: `sweep-${n}`, state: "FINISHED", spec: {}, total: 2, created: 2, states: { FINISHED: 2 }, createdAt: "2026-01-01T00:00:00Z", createdBy: "local", ...part });
const PAGES = [
  [sweep(1, { states: { FAILED: 2 }, outcome: "failed" }), sweep(2, { outcome: "complete", starred: true, tags: { paper: "table 3" } })],
  [sweep(3, { name: "far-away" })],
];
const asked: URLSearchParams[] = [];
const server = setupServer(
  http.get("*/api/v1/sweeps", ({ request }) => {
    const { searchParams } = new URL(request.url);
    asked.push(searchParams);
    const second = searchParams.has("cursor");
    if (searchParams.get("archived") === "only") return HttpResponse.json({ items: [], next: null, total: 0 });
    return HttpResponse.json({ items: PAGES[second ? 1 : 0], next: second ? null : "further", total: 3 });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => asked.splice(0));
afterAll(() => server.close());

test("a sweep whose runs all failed is not called finished in the list (U-06)", async () => {
  drawAt("/sweeps", <SweepsPage />);
  const row = (await screen.findByRole("link", { name: "sweep-1" })).closest("tr")!;
  expect(within(row).getAllByRole("cell")[0]!.textContent).toBe("failed");
  const good = screen.getByRole("link", { name: "sweep-2" }).closest("tr")!;
  expect(within(good).getAllByRole("cell")[0]!.textContent).toBe("complete");
  expect(within(good).getByText("paper: table 3")).toBeTruthy();
});

test("what is looked for is found on whatever page it lies, and stands in the address", async () => {
  const { address } = drawAt("/sweeps", <SweepsPage />);
  await screen.findByRole("link", { name: "sweep-1" });
  expect(asked).toHaveLength(1);
  await userEvent.type(screen.getByRole("searchbox", { name: "Find a sweep" }), "far");
  expect(await screen.findByRole("link", { name: "far-away" })).toBeTruthy();
  expect(screen.queryByRole("link", { name: "sweep-1" })).toBeNull();
  expect(address()).toContain("find=far");
});

test("the archive is shown where it is asked for", async () => {
  drawAt("/sweeps?archived=only", <SweepsPage />);
  expect(await screen.findByText("No sweep is archived.")).toBeTruthy();
  await waitFor(() => expect(asked.at(-1)?.get("archived")).toBe("only"));
});

test("a sweep is starred from the list", async () => {
  const sent: unknown[] = [];
  server.use(
    http.patch("*/api/v1/sweeps/s1", async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(sweep(1, { starred: true }));
    }),
  );
  drawAt("/sweeps", <SweepsPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Star sweep sweep-1" }));
  await waitFor(() => expect(sent).toEqual([{ starred: true }]));
});
