import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { Tips } from "../../components/overlays/Tooltip";
import { MembersPage } from "./MembersPage";

afterEach(() => vi.unstubAllGlobals());

const account = { id: "1", name: "ann", administrator: false, local: false, disabled: false, invited: true, createdAt: "2026-11-26T10:00:00Z", createdBy: "me" };
const member = { account: "bob", role: "VIEWER", createdAt: "2026-11-26T10:00:00Z", createdBy: "me" };

function page(me: object) {
  const asked = vi.fn(async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (path === "/api/v1/me") return Response.json(me);
    if (path.endsWith("/members")) return Response.json([member]);
    if (path === "/api/v1/accounts" && request.method === "POST") return Response.json({ account, invitation: "inv_once", expiresAt: "2026-11-28T10:00:00Z" }, { status: 201 });
    if (path === "/api/v1/accounts") return Response.json([account]);
    return Response.json([]);
  });
  vi.stubGlobal("fetch", asked);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Tips>
        <MembersPage />
      </Tips>
    </QueryClientProvider>,
  );
  return asked;
}

test("a viewer sees who is a member, and nothing to change", async () => {
  page({ name: "vi", administrator: false, readOnly: false, way: "SESSION", projects: [{ name: "birds", role: "VIEWER" }] });
  expect(await screen.findByText("bob")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Add" })).toBeNull();
  expect(screen.queryByText("Accounts")).toBeNull();
});

test("an administrator makes an account and is shown its link once", async () => {
  const asked = page({ name: "me", administrator: true, readOnly: false, way: "HOME", projects: [{ name: "birds", role: "MAINTAINER" }] });
  await userEvent.type(await screen.findByLabelText("Name"), "ann");
  await userEvent.click(screen.getByRole("button", { name: "Make an account" }));
  expect((await screen.findByRole("status")).textContent).toContain("#invitation=inv_once");
  const post = asked.mock.calls.map(([request]) => request).find((request) => request.method === "POST");
  expect(post?.url).toContain("/api/v1/accounts");
});
