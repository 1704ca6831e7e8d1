import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ActionBar } from "../components/ActionBar";
import { drawAt } from "../testing/page";
import Palette from "./Palette";

const named: (string | null)[] = [];
const server = setupServer(
  http.get("*/api/v1/me", () => HttpResponse.json({ name: "ada", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "default", role: "MAINTAINER" }] })),
  http.get("*/api/v1/runs", () => HttpResponse.json({ items: [], total: 0, more: false, metrics: [] })),
  http.get("*/api/v1/experiments", () => HttpResponse.json([])),
  http.get("*/api/v1/views", () => HttpResponse.json([{ id: "v1", name: "Old widths", page: "runs", address: "group=sweep", experiment: "nets", first: false, createdBy: "ada" }])),
  http.get("*/api/v1/reports", () => HttpResponse.json([{ id: "e1", title: "Widths of nets", version: 1, frozen: 0 }])),
  http.get("*/api/v1/sweeps", ({ request }) => {
    const name = new URL(request.url).searchParams.get("name");
    named.push(name);
    return HttpResponse.json({ items: name ? [{ id: "s1", name: "a sweep of long ago", state: "FINISHED", total: 1, states: {} }] : [], next: null, total: 1 });
  }),
);
beforeAll(() => {
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  Element.prototype.scrollIntoView = () => undefined;
  server.listen({ onUnhandledRequest: "error" });
});
afterAll(() => server.close());

test("sweeps are asked for by what is typed; reports and views are found; what the page offers is done", async () => {
  const act = vi.fn(() => Promise.resolve());
  const close = vi.fn();
  drawAt(
    "/",
    <>
      <ActionBar actions={["pause"]} what="run one" act={act} />
      <Palette onClose={close} />
    </>,
  );
  const box = await screen.findByRole("combobox");
  await userEvent.type(box, "widths");
  expect(await screen.findByRole("option", { name: /a sweep of long ago/ })).toBeTruthy();
  expect(named.at(-1)).toBe("widths");
  expect(screen.getByRole("option", { name: "Widths of nets" })).toBeTruthy();
  expect(screen.getByRole("option", { name: /Old widths/ })).toBeTruthy();
  await userEvent.clear(box);
  await userEvent.type(box, "pause");
  await userEvent.click(await screen.findByRole("option", { name: "Pause: run one" }));
  expect(close).toHaveBeenCalled();
  await waitFor(() => expect(act).toHaveBeenCalledWith("pause"));
});
