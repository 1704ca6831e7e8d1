import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { useUrlState } from "../../components/navigation";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { Disagreements } from "./Disagreements";
import { compareUrl } from "./view";

const RUNS = [aRun({ id: "run-a", name: "prompts-4" }), aRun({ id: "run-b", name: "linear" })];
const SET = { sha256: "a".repeat(64), name: "predictions.safetensors", run: "run-a", set: "animals", part: "test", data: "d", classes: 2, leftOut: 0, meanPerClass: false, createdAt: "2026-01-01T00:00:00Z" };
const PICTURE = `/api/v1/runs/run-b/results/${"b".repeat(64)}/pictures/7`;
/** As the page has it: all of its view in the address. */
function Images({ baseline }: { baseline: string }) {
  const [view, setView] = useUrlState(compareUrl);
  return <Disagreements runs={RUNS} baseline={baseline} view={view.images} onView={(images, how) => setView({ ...view, images }, how)} />;
}

const asked: URLSearchParams[] = [];
const found = (pairs: object[], total = pairs.length) => ({ set: "animals", images: 300, both: 200, neither: 10, test: { first: 60, second: 30, p: 0.00214, exact: false }, total, classNames: ["cat", "dog"], pairs });
const server = setupServer(
  http.get("*/api/v1/runs/*/results", () => HttpResponse.json([SET])),
  http.get("*/api/v1/runs/run-a/disagreements", ({ request }) => {
    const query = new URL(request.url).searchParams;
    asked.push(query);
    return HttpResponse.json(found([{ item: "dog/7.png", label: 1, first: 1, second: 0, picture: PICTURE }, { item: "cat/2.png", label: 0, first: -1, second: 0 }], 450));
  }),
);
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => asked.splice(0));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

test("two runs' disagreements show the image where one was kept, both answers, and whether it can be chance", async () => {
  drawAt("/compare", <Images baseline="" />);
  const row = await screen.findByRole("row", { name: /dog\/7.png/ });
  expect(row.querySelector("img")?.getAttribute("src")).toBe(PICTURE);
  expect(row.textContent).toContain("dog ✓");
  const bare = screen.getByRole("row", { name: /cat\/2.png/ });
  expect(bare.querySelector("img")).toBeNull();
  expect(bare.textContent).toContain("no number");
  expect(screen.getByText(/p = 0.00214/)).toBeTruthy();
  expect(screen.queryByText(/no pictures were kept/)).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "More" }));
  await waitFor(() => expect(asked.at(-1)!.get("limit")).toBe("500"));
  await userEvent.click(screen.getByRole("button", { name: "other alone right" }));
  await waitFor(() => expect(asked.at(-1)!.get("only")).toBe("second"));
});

test("its set, its choice and its search stand in the address, bring back the same, and are gone back from", async () => {
  server.use(http.get("*/api/v1/runs/*/results", () => HttpResponse.json([SET, { ...SET, sha256: "c".repeat(64), set: "sketches" }])));
  const { address, back, leave } = drawAt("/compare", <Images baseline="" />);
  await screen.findByRole("row", { name: /dog\/7.png/ });
  await userEvent.click(screen.getByRole("combobox", { name: "Judged set" }));
  await userEvent.click(await screen.findByRole("option", { name: "sketches" }));
  await userEvent.click(await screen.findByRole("button", { name: "both wrong" }));
  await userEvent.type(screen.getByRole("searchbox"), "dog");
  await waitFor(() => expect(address()).toBe("/compare?set=sketches&only=neither&search=dog"));
  const same = address();
  back();
  await waitFor(() => expect(address()).toBe("/compare?set=sketches"));
  leave();
  asked.splice(0);
  drawAt(same, <Images baseline="" />);
  await screen.findByRole("row", { name: /dog\/7.png/ });
  expect(Object.fromEntries(asked.at(-1)!)).toMatchObject({ set: "sketches", only: "neither", search: "dog" });
});

test("of runs without any picture it is said why; of other images the service's remedy is", async () => {
  server.use(http.get("*/api/v1/runs/run-a/disagreements", () => HttpResponse.json(found([{ item: "cat/2.png", label: 0, first: 1, second: 0 }]))));
  const { leave } = drawAt("/compare", <Images baseline="run-a" />);
  expect(await screen.findByText(/no pictures were kept of these/)).toBeTruthy();
  leave();
  server.use(http.get("*/api/v1/runs/run-a/disagreements", () => HttpResponse.json({ status: 422, code: "DIFFERENT_IMAGES", field: "with", detail: "with: run-b was judged on other images; judge both on the same data set." }, { status: 422 })));
  drawAt("/compare", <Images baseline="run-a" />);
  expect(await screen.findByText(/judge both on the same data set/)).toBeTruthy();
});
