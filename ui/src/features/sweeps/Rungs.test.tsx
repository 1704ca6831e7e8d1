import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import Rungs from "./Rungs";

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

const WORDS = { epoch: "place 3 of 3 at epoch 1200, the best 1 go on", step: "place 3 of 3 at step 1200, the best 1 go on" };

/** @param epochs of the runs; 0 of programs @param run null of points from outside */
function draw(epochs: number, said: "epoch" | "step", run: string | null = "run-0") {
  server.use(http.get("*/api/v1/sweeps/s/rungs", () => HttpResponse.json({ readings: [{ seq: 1, run, index: 0, epoch: 1200, value: 0.5, decision: "STOP", why: WORDS[said] }], next: null })));
  drawAt("/sweeps/s", <Rungs sweep="s" runs={[aRun({ id: "run-0", index: 0, name: "r-0", epochs })]} width={600} />);
}

test.each([
  ["a training is stopped at an epoch", 2000, "epoch", "run-0", "epoch"],
  ["a program that reports steps is stopped at a step", 0, "step", "run-0", "step"],
  ["a program that reports epochs is stopped at one", 0, "epoch", "run-0", "epoch"],
  ["of a point from outside an epoch is told", 0, "epoch", null, "epoch"],
] as const)("%s", async (_, epochs, said, run, place) => {
  draw(epochs, said, run);
  expect(await screen.findByRole("img", { name: `1 runs, 1 stopped, rungs at ${place}s 1200` })).toBeTruthy();
  expect(screen.getByText(`${place}; rungs are drawn as lines`)).toBeTruthy();
  expect(screen.getByRole("listitem", { hidden: true }).textContent).toContain(`at ${place} 1200 with`);
});
