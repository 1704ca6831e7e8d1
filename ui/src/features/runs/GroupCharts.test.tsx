import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { looks } from "../../components/colour";
import { drawAt } from "../../testing/page";
import { GroupCharts, traceOf } from "./GroupCharts";
import { groupId } from "./rows";

vi.mock("../../charts/Plot", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const band = (kind: string, runs: number) => ({ by: { "params.method.kind": kind }, runs, steps: [10, 20], mean: [50, 60], std: [null, 2], min: [50, 58], max: [50, 62], n: [1, runs] });
const asked: unknown[] = [];
const server = setupServer(
  http.post("*/api/v1/metrics/bands", async ({ request }) => {
    asked.push(await request.json());
    return HttpResponse.json({ groups: [band("pgn", 3), band("vp", 2)], more: false });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => {
  server.resetHandlers();
  asked.splice(0);
});
afterAll(() => server.close());

const METRICS = [{ key: "val/top1", runs: 5, goal: "MAX" as const, unit: "%", decimals: 2 }];
const draw = (drawn: string[], address = "/runs?hide=x&x=epoch", waiting = false) =>
  drawAt(address, <GroupCharts by={["params.method.kind"]} scope={{ experiment: "e", filter: ["starred = true"], state: "FINISHED" }} metrics={METRICS} drawn={drawn} looks={looks(drawn, false)} emphasised={null} waiting={waiting} />);

test("a group's line is the mean over all its runs, its band one deviation where two have a value, and n is said", () => {
  const trace = traceOf(band("pgn", 3), "val/top1");
  expect(trace).toMatchObject({ id: '["pgn"]', label: "kind pgn", runs: [1, 3] });
  expect([trace.series.min, trace.series.last, trace.series.max]).toEqual([[50, 58], [50, 60], [50, 62]]);
});

test("draws the groups whose eye is open, of all runs that match and not of those that are loaded", async () => {
  draw([groupId({ a: "pgn" })]);
  expect(await screen.findByRole("img", { name: /kind pgn: from 50 at step 10 to 60 at step 20/ })).toBeTruthy();
  expect(screen.queryByText(/kind vp/)).toBeNull();
  expect(asked).toEqual([{ experiment: "e", filter: ["starred = true"], state: "FINISHED", by: ["params.method.kind"], key: "val/top1", buckets: 300 }]);
  expect(screen.getByText(/mean of all matching runs at each step, band one standard deviation/)).toBeTruthy();
});

test("a zoom is read in finer grain, and a refusal is said in its chart", async () => {
  server.use(http.post("*/api/v1/metrics/bands", () => HttpResponse.json({ status: 503, code: "TOO_LONG", detail: "This took longer than 5 s." }, { status: 503 })));
  draw([groupId({ a: "pgn" })]);
  await waitFor(() => expect(screen.getByText("This took longer than 5 s.")).toBeTruthy());
  server.resetHandlers();
  draw([groupId({ a: "pgn" })], "/runs?zoom=10:15.5");
  await waitFor(() => expect(asked.at(-1)).toMatchObject({ from: 10, to: 16 }));
});

test("without an open eye it says what to do", async () => {
  draw([]);
  expect(await screen.findByText("No group is drawn.")).toBeTruthy();
  expect(asked).toEqual([]);
});

test("while the table waits for its answer no chart asks for one", async () => {
  const { leave } = draw([groupId({ a: "pgn" })], "/runs", true);
  expect(await screen.findByRole("region", { name: "val" })).toBeTruthy();
  await new Promise((later) => setTimeout(later, 100));
  expect(asked).toEqual([]);
  leave();
  draw([groupId({ a: "pgn" })], "/runs");
  await waitFor(() => expect(asked).toHaveLength(1));
});
