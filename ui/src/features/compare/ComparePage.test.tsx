import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawAt } from "../../testing/page";
import { aRun } from "../../testing/samples";
import { ComparePage } from "./ComparePage";

const HERE = aRun({ name: "here", experiment: "one" });
const AWAY = aRun({ id: "22222222-2222-4222-8222-222222222222", name: "far-away", experiment: "two", state: "FINISHED" });
const server = setupServer(
  http.get("*/api/v1/runs/:id", ({ params }) => HttpResponse.json([HERE, AWAY].find((run) => run.id === params.id) as never)),
  // As the service does: by name in all experiments, else those of the experiment.
  http.get("*/api/v1/runs", ({ request }) => {
    const search = new URL(request.url).searchParams;
    const name = /^name ~ "(.*)"$/.exec(search.get("filter") ?? "")?.[1];
    const items = [HERE, AWAY].filter((run) => (name === undefined ? run.experiment === search.get("experiment") : run.name.includes(name)));
    return HttpResponse.json({ items, total: items.length, more: false, metrics: [] });
  }),
  http.all("*", () => HttpResponse.json([])),
);
beforeAll(() => server.listen());
afterAll(() => server.close());

test("a run of any experiment is found by its name and added to what is compared", async () => {
  drawAt(`/compare?run=${HERE.id}&part=configuration`, <ComparePage />);
  const box = await screen.findByRole("combobox", { name: "Add a run by name" });
  await userEvent.type(box, "away");
  const found = await screen.findByRole("option", { name: /far-away.*two · finished · 22222222/ });
  await userEvent.click(found);
  await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Compare 2 runs"));
});
