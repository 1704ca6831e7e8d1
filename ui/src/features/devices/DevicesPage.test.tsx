import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Tips } from "../../components/overlays/Tooltip";
import { DevicesPage } from "./DevicesPage";

afterEach(() => vi.unstubAllGlobals());

const device = { id: "d1", host: "lab1", key: "cpu", kind: "cpu", name: "Ryzen", memoryBytes: 1024, slots: 1, state: "FREE", labels: {}, places: {} };
const share = { project: "birds", account: "bob", weight: 2, usedHours: 1.5, going: 1 };

function page(me: object, state = "FREE") {
  const asked = vi.fn(async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (path === "/api/v1/me") return Response.json(me);
    if (path === "/api/v1/devices") return Response.json([{ ...device, state }]);
    if (path === "/api/v1/shares") return Response.json(request.method === "GET" ? [share] : share);
    if (path.startsWith("/api/v1/devices/")) return Response.json(device);
    return Response.json([]);
  });
  vi.stubGlobal("fetch", asked);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Tips>
        <DevicesPage />
      </Tips>
    </QueryClientProvider>,
  );
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
