// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { api } from "./client";
import { Problem } from "./problem";

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: unknown) {
  const asked = vi.fn<(request: Request) => Promise<Response>>(() => Promise.resolve(Response.json(body, { status })));
  vi.stubGlobal("fetch", asked);
  return asked;
}

const urlOf = (asked: ReturnType<typeof answer>) => new URL(asked.mock.calls[0]![0].url);

test("a listing is asked for with every part of the view", async () => {
  const asked = answer(200, { items: [], total: 0 });
  await api.runs({ experiment: "a b", state: "RUNNING,QUEUED", filter: ["metrics.val/top1 >= 80", "params.seed = 0"], sort: "-name", limit: 100 });
  const url = urlOf(asked);
  expect(url.pathname).toBe("/api/v1/runs");
  expect(url.searchParams.getAll("filter")).toEqual(["metrics.val/top1 >= 80", "params.seed = 0"]);
  expect(url.searchParams.get("state")).toBe("RUNNING,QUEUED");
  expect(url.searchParams.get("experiment")).toBe("a b");
  expect(url.searchParams.has("cursor")).toBe(false);
});

test("numbers that JSON lacks arrive as numbers", async () => {
  answer(200, { cursor: null, series: [{ run: "1", key: "train/loss", points: 3, nonFinite: 2, exact: true, steps: [1, 2, 3], times: [1, 2, 3], last: ["NaN", "-Infinity", 0.5] }] });
  const { series } = await api.series({ series: [{ run: "1", key: "train/loss" }], buckets: 800 });
  expect(series[0]?.last).toEqual([NaN, -Infinity, 0.5]);
});

test("a refusal rejects with its problem", async () => {
  answer(409, { status: 409, detail: "Run a is FINISHED; it cannot pause.", code: "ILLEGAL_TRANSITION" });
  await expect(api.actOnRun("1", "pause")).rejects.toMatchObject({ code: "ILLEGAL_TRANSITION", status: 409 });
  await expect(api.actOnRun("1", "pause")).rejects.toBeInstanceOf(Problem);
});

test("a submission carries its key", async () => {
  const asked = answer(201, { id: "7" });
  await api.submitSweep({ base: {} }, "key-1");
  expect(asked.mock.calls[0]![0].headers.get("Idempotency-Key")).toBe("key-1");
  expect(asked.mock.calls[0]![0].method).toBe("POST");
});
