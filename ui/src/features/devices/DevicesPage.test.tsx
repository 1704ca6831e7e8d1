import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import type { Me } from "../../api/me";
import { drawAt } from "../../testing/page";
import { DevicesPage } from "./DevicesPage";

afterEach(() => vi.unstubAllGlobals());

const device = { id: "d1", host: "lab1", key: "cpu", kind: "cpu", name: "Ryzen", memoryBytes: 1024, slots: 1, state: "FREE", labels: {}, places: {} };
const stored = [
  { need: "dataset:birds", sha256: "a", size: 2048, id: "folder", fingerprint: "f", pushedBy: "bob", pushedAt: "2026-01-01T00:00:00Z", openRuns: 0 },
  { need: "weights:clip", sha256: "b", size: 4096, fingerprint: "b", pushedBy: "bob", pushedAt: "2026-01-01T00:00:00Z", openRuns: 2 },
];
const share = { project: "birds", account: "bob", weight: 2, usedHours: 1.5, going: 1 };

function page(me: object, state = "FREE", more: object = {}) {
  const asked = vi.fn(async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (path === "/api/v1/me") return Response.json(me);
    if (path === "/api/v1/devices") return Response.json([{ ...device, state, ...more }]);
    if (path === "/api/v1/runs") return Response.json({ items: [{ id: "r1", name: "prompts-7" }], next: null, total: 1, more: false, metrics: [] });
    if (path === "/api/v1/places") return Response.json(stored);
    if (path.startsWith("/api/v1/places/")) return new Response(null, { status: 204 });
    if (path === "/api/v1/shares") return Response.json(request.method === "GET" ? [share] : share);
    if (path.startsWith("/api/v1/devices/")) return Response.json(device);
    return Response.json([]);
  });
  vi.stubGlobal("fetch", asked);
  drawAt("/devices", <DevicesPage />, me as Me);
  return asked;
}

const sent = (asked: ReturnType<typeof page>, method: string) => asked.mock.calls.map(([request]) => request).find((request) => request.method === method);

test("a viewer sees devices and shares, and nothing to change", async () => {
  page({ name: "vi", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "VIEWER" }] });
  expect(await screen.findByText("bob")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Drain/ })).toBeNull();
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.queryByRole("button", { name: "Set" })).toBeNull();
});

test("a device's run is called by its name, not by a part of its id", async () => {
  page({ name: "vi", administrator: false, readOnly: false, way: "SESSION", projects: [] }, "BUSY", { lease: { run: "r1", attempt: 2, since: "2026-01-01T00:00:00Z", expiresAt: "2026-01-01T00:01:00Z" } });
  expect((await screen.findByRole("link", { name: "prompts-7" })).getAttribute("href")).toBe("/runs/r1");
});

test("an administrator drains a device", async () => {
  const asked = page({ name: "me", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "birds", role: "MAINTAINER" }] });
  await userEvent.click(await screen.findByRole("button", { name: "Drain Ryzen on lab1" }));
  expect(sent(asked, "POST")?.url).toContain("/api/v1/devices/d1/drain");
});

test("what was set aside is let back", async () => {
  const asked = page({ name: "me", administrator: true, readOnly: false, way: "HOME", projects: [] }, "QUARANTINED");
  await userEvent.click(await screen.findByRole("button", { name: "Let back Ryzen on lab1" }));
  expect(sent(asked, "POST")?.url).toContain("/api/v1/devices/d1/let-back");
});

test("a maintainer says what an account of the project may have, and not what the project may", async () => {
  const asked = page({ name: "mia", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "MAINTAINER" }] });
  expect(((await screen.findByRole("button", { name: "Set" })) as HTMLButtonElement).disabled).toBe(true);
  await userEvent.type(screen.getByLabelText("Account"), "bob");
  await userEvent.type(screen.getByLabelText("Slots at most"), "3");
  await userEvent.click(screen.getByRole("button", { name: "Set" }));
  const put = sent(asked, "PUT");
  expect(await put?.clone().json()).toEqual({ project: "birds", account: "bob", slots: 3 });
});

test("what hosts have by name and what was pushed is one table; whoever pushed it forgets it once nothing needs it", async () => {
  const asked = page({ name: "bob", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "RESEARCHER" }] }, "FREE", { places: { "dataset:birds": "f", "dataset:eurosat": "e", "command:any": "" } });
  const table = within(await screen.findByRole("region", { name: "Names" }));
  expect(table.getAllByRole("row").slice(1).map((row) => within(row).getAllByRole("cell").slice(0, 5).map((cell) => cell.textContent))).toEqual([
    ["birds data set", "lab1", expect.stringContaining("by bob"), "2.0 KiB", "none"],
    ["eurosat data set", "lab1", "not pushed", "–", "none"],
    ["clip weights", "each fetches it", expect.stringContaining("by bob"), "4.0 KiB", "2 open runs"],
  ]);
  expect((screen.getByRole("button", { name: "Forget clip" }) as HTMLButtonElement).disabled).toBe(true);
  await userEvent.click(screen.getByRole("button", { name: "Forget birds" }));
  await userEvent.click(await screen.findByRole("button", { name: "Forget" }));
  await vi.waitFor(() => expect(sent(asked, "DELETE")?.url).toContain("/api/v1/places/dataset/birds"));
});

test("who did not push it is not offered to forget it", async () => {
  page({ name: "eve", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "RESEARCHER" }] });
  await screen.findByRole("region", { name: "Names" });
  expect(screen.queryByRole("button", { name: /^Forget/ })).toBeNull();
});
