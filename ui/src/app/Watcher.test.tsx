import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { watch, watched } from "../components/watch";
import { drawAt } from "../testing/page";
import { aRun } from "../testing/samples";
import { Watcher } from "./Watcher";

const run = aRun();
let state = "RUNNING";
const server = setupServer(http.get("*/api/v1/runs/*", () => HttpResponse.json({ ...run, state })));
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("what is watched is told about once, when it ends", async () => {
  const told: string[] = [];
  vi.stubGlobal(
    "Notification",
    Object.assign(
      function Told(text: string) {
        told.push(text);
      },
      { permission: "granted" },
    ),
  );
  const first = drawAt("/", <Watcher />);
  await watch({ kind: "run", id: run.id, name: run.name });
  expect(await screen.findByText(`You will be told when ${run.name} ends`)).toBeTruthy();
  expect(watched()).toHaveLength(1);
  first.leave();
  // The browser was closed meanwhile: the list outlives it, and the end is seen at the next visit.
  state = "FAILED";
  drawAt("/", <Watcher />);
  await waitFor(() => expect(told).toEqual([`${run.name} failed`]));
  expect(watched()).toEqual([]);
});
