import { EditorView } from "@codemirror/view";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { SubmitPage } from "./SubmitPage";

const BASE = {
  type: "object",
  properties: {
    dataset: { type: "object", properties: { id: { type: "string", description: "Which images." } } },
    hardware: { type: "object", description: "What it runs on.", properties: { memory: { type: "integer", maximum: 64 } } },
    batchSize: { type: "integer", default: 128 },
  },
};
const SCHEMA = {
  type: "object",
  properties: {
    experiment: { type: "string", default: "default" },
    base: BASE,
    axes: { type: "object" },
    seeds: { type: "array", items: { type: "integer" } },
    sampler: { oneOf: [{ properties: { kind: { const: "grid" } } }, { properties: { kind: { const: "tpe" }, runs: { type: "integer" } } }] },
  },
};
const ESTIMATE = { runs: 6, deviceHours: 3.25, from: 12, kind: "same data set" };
let queued: unknown;
const server = setupServer(
  http.get("*/api/v1/schemas/sweep", () => HttpResponse.json(SCHEMA)),
  http.get("*/api/v1/runs", () => HttpResponse.json({ items: [aRun()], total: 1, more: false, metrics: [] })),
  http.get("*/api/v1/runs/*", () => HttpResponse.json(aRun({ config: { batchSize: 32, "dataset.id": "shapes" }, document: { dataset: { id: "mine" } } }))),
  http.post("*/api/v1/specs/check", async ({ request }) => {
    const body = (await request.json()) as { yaml?: string };
    const text = body.yaml ?? JSON.stringify(body);
    if (text.includes("broken")) return HttpResponse.json({ status: 422, code: "BAD_YAML", field: "yaml", detail: "line 1: expected a name." }, { status: 422 });
    if (/memory"?: ?999/.test(text)) return HttpResponse.json({ status: 422, code: "OUT_OF_RANGE", field: "base.hardware.memory", detail: "memory: 999 must lie in [1, 64]." }, { status: 422 });
    if (!text.includes("base")) return HttpResponse.json({ kind: "run", runs: 1, spec: {} });
    return HttpResponse.json({ kind: "sweep", runs: 6, spec: {}, estimate: ESTIMATE });
  }),
  http.get("*/api/v1/sweeps", () => HttpResponse.json({ items: [], total: 0 })),
  http.post("*/api/v1/sweeps", async ({ request }) => {
    queued = await request.json();
    return HttpResponse.json({ id: "s1" });
  }),
  http.post("*/api/v1/runs", async ({ request }) => {
    queued = await request.json();
    return HttpResponse.json({ id: "r1" });
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  localStorage.clear();
  queued = undefined;
});
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const queue = () => screen.getByRole("button", { name: /^Queue/ });

async function editor() {
  const box = await screen.findByRole("textbox", { name: "YAML" });
  const view = EditorView.findFromDOM(box)!;
  return {
    text: () => view.state.doc.toString(),
    write: (text: string) => act(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })),
  };
}

test("YAML that cannot be read does not fall back to an older form that could be queued (U-08)", async () => {
  drawAt("/new?tab=yaml", <SubmitPage />);
  const yaml = await editor();
  await waitFor(() => expect(queue()).toHaveProperty("disabled", false));
  yaml.write("broken");
  await screen.findByText("Not valid yet");
  expect(queue()).toHaveProperty("disabled", true);
  await userEvent.click(screen.getByRole("tab", { name: "Form" }));
  expect(await screen.findByText("The form waits for the YAML")).toBeTruthy();
  expect(yaml.text()).toBe("broken");
  expect(queue()).toHaveProperty("disabled", true);
});

test("what the service refuses is marked where it stands in the text (U-22)", async () => {
  drawAt("/new?tab=yaml", <SubmitPage />);
  const yaml = await editor();
  yaml.write("base:\n  dataset: {id: shapes}\n  hardware:\n    memory: 999\n");
  expect(await screen.findByRole("button", { name: "Line 4, column 13" })).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "YAML" }).getAttribute("aria-invalid")).toBe("true");
  yaml.write("base: {dataset: [1\n");
  expect(await screen.findByRole("button", { name: /Line [12], column/ })).toBeTruthy();
});

test("form and YAML are one document, comments and all", async () => {
  drawAt("/new?tab=yaml", <SubmitPage />);
  const yaml = await editor();
  yaml.write("# why\nbase:\n  dataset: {id: mine}  # own\nsampler: {kind: tpe, runs: 9}\nfurther: [{metric: m}]\n");
  await userEvent.click(screen.getByRole("tab", { name: "Form" }));
  expect(await screen.findByLabelText("id")).toHaveProperty("value", "mine");
  expect(screen.getByLabelText("runs")).toHaveProperty("value", "9");
  await userEvent.type(screen.getByLabelText("experiment"), "e");
  await userEvent.click(screen.getByRole("tab", { name: "YAML" }));
  const again = await editor();
  expect(again.text()).toContain("# why");
  expect(again.text()).toContain("# own");
  expect(again.text()).toContain("experiment: e");
  expect(again.text()).toContain("further:");
  await waitFor(() => expect(queue()).toHaveProperty("disabled", false));
  await userEvent.click(queue());
  await waitFor(() => expect(queued).toEqual({ base: { dataset: { id: "mine" } }, axes: {}, sampler: { kind: "tpe", runs: 9 }, further: [{ metric: "m" }], experiment: "e" }));
});

test("a run's name and experiment in the YAML are what is queued", async () => {
  drawAt("/new?kind=run&tab=yaml", <SubmitPage />);
  const yaml = await editor();
  yaml.write("experiment: e\nname: mine\nspec:\n  dataset: {id: shapes}\n");
  await waitFor(() => expect(screen.getByRole("button", { name: "Queue the run" })).toHaveProperty("disabled", false));
  await userEvent.click(queue());
  await waitFor(() => expect(queued).toEqual({ experiment: "e", name: "mine", spec: { dataset: { id: "shapes" } } }));
});

test("what it will cost is said with what the estimate is made of", async () => {
  drawAt("/new", <SubmitPage />);
  expect(await screen.findByText("about 3.3 device-hours")).toBeTruthy();
  expect(screen.getByText("from 12 past runs: same data set")).toBeTruthy();
  expect(screen.getByText("6 runs")).toBeTruthy();
});

test("the value of the newest run is offered, and taken by a press", async () => {
  drawAt("/new", <SubmitPage />);
  await userEvent.click(await screen.findByRole("button", { name: "last used: 32" }));
  expect(screen.getByLabelText("batchSize")).toHaveProperty("value", "32");
  expect(screen.queryByRole("button", { name: "last used: 32" })).toBeNull();
});

test("a draft outlives leaving the page, until it is begun anew (U-15)", async () => {
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

test("a template, a run of the lab or a table of the paper becomes the draft", async () => {
  const page = drawAt("/new", <SubmitPage />);
  await userEvent.click(await screen.findByRole("button", { name: "Start from…" }));
  await userEvent.type(await screen.findByRole("searchbox", { name: "Find a spec" }), "learning-rate");
  await userEvent.click(await screen.findByRole("button", { name: /learning-rate/ }));
  expect(await screen.findByLabelText("experiment")).toHaveProperty("value", "learning-rate");
  expect(page.address()).toContain("template");
  await userEvent.click(screen.getByRole("tab", { name: "YAML" }));
  expect((await editor()).text()).toContain("# Search a learning rate");
});

test("a task on a finished run is asked which, and nothing of training; a training is not asked which", async () => {
  const properties = { ...BASE.properties, task: { enum: ["train", "evaluate", "pretrain"] }, of: { type: "string" }, optimizer: { type: "object", properties: { learningRate: { type: "number" } } }, backbone: { type: "object", properties: { weights: { type: "string" } } } };
  server.use(http.get("*/api/v1/schemas/sweep", () => HttpResponse.json({ ...SCHEMA, properties: { ...SCHEMA.properties, base: { ...BASE, properties } } })));
  drawAt("/new", <SubmitPage />);
  const task = await screen.findByLabelText("task");
  expect(screen.queryByLabelText("of")).toBeNull();
  expect(screen.getByRole("group", { name: "optimizer" })).toBeTruthy();
  await userEvent.selectOptions(task, "evaluate");
  expect(await screen.findByLabelText("of")).toBeTruthy();
  expect(screen.queryByText("optimizer")).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText("task"), "pretrain");
  await waitFor(() => expect(screen.queryByLabelText("of")).toBeNull());
  expect(screen.queryByText("backbone")).toBeNull();
});
