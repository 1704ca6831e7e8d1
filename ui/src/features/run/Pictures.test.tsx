import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useUrlState } from "../../components/navigation";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { Pictures } from "./Pictures";
import { runUrl } from "./view";

const FILES = ["attention-step-100.png", "attention-step-200.png", "attention-step-300.png", "map.png"].map((name, i) => ({ name, sha256: String(i).repeat(64), size: 1, kind: "picture" }));
const server = setupServer(http.get("*/api/v1/runs/*/artifacts", () => HttpResponse.json(FILES)));
beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
afterAll(() => server.close());

function Gallery() {
  const [view, setView] = useUrlState(runUrl);
  return <Pictures run={aRun()} search={view.search} onSearch={(search) => setView({ ...view, search })} open={view.picture} onOpen={(picture, how) => setView({ ...view, picture }, how)} />;
}

test("a picture that was made large goes through its steps as the small one does, and back closes it", async () => {
  const { address, back } = drawAt("/runs/1?tab=pictures", <Gallery />);
  await userEvent.click(await screen.findByRole("button", { name: "Enlarge attention-step-300.png" }));
  const large = await screen.findByRole("dialog", { name: "attention-step-300.png" });
  const steps = within(large).getByRole("slider", { name: /^Which of attention.png/ });
  expect(steps.getAttribute("aria-valuetext")).toBe("step 300");
  fireEvent.change(steps, { target: { value: "0" } });
  await screen.findByRole("dialog", { name: "attention-step-100.png" });
  expect(address()).toContain("picture=attention-step-100.png");
  back();
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("one alone has nothing to go through", async () => {
  drawAt("/runs/1?tab=pictures&picture=map.png", <Gallery />);
  const large = await screen.findByRole("dialog", { name: "map.png" });
  expect(within(large).queryByRole("slider")).toBeNull();
});

test("a run without a picture leads to those of the tasks on it", async () => {
  const asked: (string | null)[] = [];
  server.use(
    http.get("*/api/v1/runs/*/artifacts", () => HttpResponse.json([])),
    http.get("*/api/v1/runs", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("filter"));
      return HttpResponse.json({ items: [aRun({ id: "t1", name: "analyse of it", state: "RUNNING" })], total: 1, more: false, metrics: [] });
    }),
  );
  drawAt("/runs/1?tab=pictures", <Gallery />);
  expect((await screen.findByRole("link", { name: "analyse of it" })).getAttribute("href")).toBe("/runs/t1?tab=pictures");
  expect(asked).toEqual([`of = "${aRun().id}"`]);
  server.resetHandlers();
});
