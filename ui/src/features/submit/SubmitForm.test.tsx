import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { SubmitPage } from "./SubmitPage";

const SCHEMA = { type: "object", properties: { dataset: { type: "object", properties: { id: { type: "string" } } }, hardware: { type: "object", description: "What it runs on.", properties: { memory: { type: "integer" } } } } };
const server = setupServer(
  http.get("*/api/v1/schemas/run", () => HttpResponse.json(SCHEMA)),
  http.post("*/api/v1/specs/check", async ({ request }) => {
    const body = (await request.json()) as { yaml?: string };
    if (body.yaml?.includes("broken")) return HttpResponse.json({ status: 422, code: "BAD_YAML", field: "yaml", detail: "line 1: expected a name." }, { status: 422 });
    return HttpResponse.json({ kind: "sweep", runs: 6, spec: { experiment: "mine", base: { dataset: { id: "mine" } }, axes: {} } });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => localStorage.clear());
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const queue = () => screen.getByRole("button", { name: /^Queue/ });

test("YAML that cannot be read does not fall back to an older form that could be queued", async () => {
  drawAt("/new?tab=yaml", <SubmitPage />);
  const yaml = await screen.findByRole("textbox", { name: "YAML" });
  await waitFor(() => expect(queue()).toHaveProperty("disabled", false));
  await userEvent.clear(yaml);
  await userEvent.type(yaml, "broken");
  await screen.findByText("Not valid yet");
  expect(queue()).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("tab", { name: "Form" }));
  expect(await screen.findByText("The form waits for the YAML")).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "YAML" })).toHaveProperty("value", "broken");
  expect(queue()).toHaveProperty("disabled", true);
});

test("a draft outlives leaving the page, until it is begun anew", async () => {
  const first = drawAt("/new", <SubmitPage />);
  const box = await screen.findByLabelText("experiment");
  await userEvent.type(box, "half-written");
  first.leave();
  drawAt("/new", <SubmitPage />);
  expect(await screen.findByLabelText("experiment")).toHaveProperty("value", "half-written");
  await userEvent.click(screen.getByRole("button", { name: "Begin anew" }));
  expect(screen.getByLabelText("experiment")).toHaveProperty("value", "");
  await waitFor(() => expect(localStorage.getItem("runyard.draft.")).toBeNull());
});

test("what is essential stands first, what says nothing yet is one line", async () => {
  drawAt("/new", <SubmitPage />);
  expect(await screen.findByRole("group", { name: "dataset" })).toBeTruthy();
  expect(screen.queryByLabelText(/memory/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: /hardware/ }));
  expect(screen.getByLabelText(/memory/)).toBeTruthy();
});
