import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { SignIn } from "./SignIn";

afterEach(() => vi.unstubAllGlobals());

test("says how to sign in, takes a pasted address, and shows a refusal", async () => {
  const asked = vi.fn<(request: Request) => Promise<Response>>();
  asked.mockResolvedValueOnce(Response.json({ status: 401, code: "BAD_TOKEN", detail: "This lab does not know that token." }, { status: 401 }));
  asked.mockResolvedValueOnce(Response.json({ person: "ada" }));
  vi.stubGlobal("fetch", asked);
  const done = vi.fn();
  render(<SignIn done={done} />);
  expect(screen.getByRole("form").textContent).toContain("runyard token --url");
  const button = screen.getByRole("button", { name: "Sign in" });
  expect(button).toHaveProperty("disabled", true);
  await userEvent.type(screen.getByLabelText("Token"), "http://127.0.0.1:8080/#token=runyard_x");
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("does not know that token");
  expect(done).not.toHaveBeenCalled();
  await userEvent.click(button);
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(asked.mock.calls[1]![0].headers.get("Authorization")).toBe("Bearer runyard_x");
});
