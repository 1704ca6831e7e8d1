import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useUrlState } from "../../components/navigation";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { placesOf, worstOf } from "./confusion";
import { Judged } from "./Judged";
import { canBeLookedAt } from "./goal";
import { taskOf } from "./LookAt";
import { stripsOf } from "./pictures";
import { runUrl } from "./view";

const run = aRun();

/** As the run's page has it: all of its view in the address. */
function Results() {
  const [view, setView] = useUrlState(runUrl);
  return <Judged run={run} view={view.judged} onView={(judged) => setView({ ...view, judged }, "push")} search={view.search} onSearch={(search) => setView({ ...view, search })} />;
}

const estimate = (value: number) => ({ value, low: value - 1, high: value + 1, method: "WILSON" });
const set = { sha256: "a".repeat(64), name: "predictions.safetensors", run: run.id, set: "animals", part: "test", data: "d", classes: 3, allowed: null, leftOut: 0, meanPerClass: true, createdAt: "2026-01-01T00:00:00Z" };
const rows = [
  { index: 0, images: 4, right: 4, answered: 5, share: estimate(100), precision: 80, f1: 88.9, takenFor: null },
  { index: 1, images: 2, right: 1, answered: 1, share: estimate(50), precision: 100, f1: 66.7, takenFor: 0 },
];
const confusion = [
  { label: 0, answer: 0, images: 4 },
  { label: 1, answer: 1, images: 1 },
  { label: 1, answer: 0, images: 1 },
];
const asked: string[] = [];
const server = setupServer(
  http.get("*/api/v1/runs/*/results", () => HttpResponse.json([set])),
  http.get("*/api/v1/runs/*/results/*/images", ({ request }) => {
    asked.push(new URL(request.url).search);
    return HttpResponse.json({ total: 1, classNames: ["cat", "dog"], images: [{ item: "dog/7.png", label: 1, answer: 0, confidence: 0.875, rank: 1 }] });
  }),
  http.get("*/api/v1/runs/*/results/*", () =>
    HttpResponse.json({
      set: "animals",
      classNames: ["cat", "dog"],
      cellsLeftOut: 0,
      rowsLeftOut: 0,
      judgement: {
        images: 6,
        notFinite: 0,
        top1: estimate(83.33),
        top5: estimate(100),
        meanPerClass: estimate(75),
        nll: estimate(0.5),
        brier: estimate(0.25),
        calibrationError: estimate(0.125),
        bins: [{ low: 0.8, high: 0.8667, images: 6, confidence: 0.85, accuracy: 0.8333 }],
        rows,
        confusion,
        draws: 10_000,
        seed: 0,
      },
    }),
  ),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("a judged set: the benchmark's own number, classes, and the images of a cell", async () => {
  const { address, back, leave } = drawAt(`/runs/${run.id}`, <Results />);
  await screen.findByText("mean per class ★");
  expect(screen.getAllByText(/75\.00/).length).toBeGreaterThan(0);
  screen.getByRole("img", { name: /Reliability diagram/ });
  await screen.findByText("dog/7.png");
  expect(asked.at(-1)).toContain("wrong=true");
  await userEvent.click(screen.getByRole("button", { name: "dog" }));
  await screen.findByRole("button", { name: "All cells again" });
  expect(asked.at(-1)).toContain("label=1&answer=0");
  await userEvent.type(screen.getByRole("searchbox", { name: "Find images by name" }), "dog");
  await waitFor(() => expect(address()).toBe(`/runs/${run.id}?cell=1-0&search=dog`));
  const found = within(screen.getByRole("region", { name: "Classes" }));
  await userEvent.type(found.getByLabelText("Find classes"), "ca");
  expect(found.queryByText("dog", { selector: "th" })).toBeNull();
  back();
  await waitFor(() => expect(screen.queryByRole("button", { name: "All cells again" })).toBeNull());
  leave();
  drawAt(`/runs/${run.id}?search=dog&cell=1-0`, <Results />);
  await screen.findByText("dog/7.png");
  expect(asked.at(-1)).toContain("label=1&answer=0&search=dog");
});

test("cells have their share of their class, and the diagonal is no confusion", () => {
  const places = placesOf(confusion, rows as never);
  expect(places.map((place) => place.share)).toEqual([1, 0.5, 0.5]);
  expect(worstOf(places, 5)).toEqual([{ label: 1, answer: 0, images: 1, share: 0.5 }]);
});

test("what is queued names the run and its data sets, and only trainings that ended can be looked at", () => {
  expect(taskOf(run, "evaluate", ["imagenet-a=/data/a", " ", "/data/mine"])).toEqual({
    spec: { task: "evaluate", of: run.id, evaluations: [{ id: "imagenet-a", root: "/data/a" }, { id: "folder", root: "/data/mine" }] },
  });
  expect(taskOf(run, "invert", ["/data/mine"])).toEqual({ spec: { task: "invert", of: run.id } });
  expect(canBeLookedAt({ state: "FINISHED", spec: {} })).toBe(true);
  expect(canBeLookedAt({ state: "RUNNING", spec: {} })).toBe(false);
  expect(canBeLookedAt({ state: "FINISHED", spec: { task: "analyse" } })).toBe(false);
});

test("a picture as PNG and SVG is one, an SVG alone is shown", () => {
  const file = (name: string) => ({ name, sha256: name, size: 1 });
  expect(stripsOf([file("nmi.png"), file("nmi.svg"), file("map.svg")], "").map((strip) => strip.name)).toEqual(["map.svg", "nmi.png"]);
});
