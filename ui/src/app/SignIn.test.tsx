import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { SignIn } from "./SignIn";

afterEach(() => vi.unstubAllGlobals());

const shown = (page: ReactNode) => render(<QueryClientProvider client={new QueryClient()}>{page}</QueryClientProvider>);

test("asks for name and password where there are accounts", async () => {
  const asked = vi.fn<(request: Request) => Promise<Response>>();
  asked.mockResolvedValueOnce(Response.json({ passwords: true }));
  asked.mockResolvedValueOnce(Response.json({ status: 401, code: "WRONG_PASSWORD", detail: "There is no account of that name and password." }, { status: 401 }));
  asked.mockResolvedValueOnce(Response.json({ name: "ann" }));
  vi.stubGlobal("fetch", asked);
  const done = vi.fn();
  shown(<SignIn done={done} />);
  await userEvent.type(await screen.findByLabelText("Name"), "ann");
  await userEvent.type(screen.getByLabelText("Password"), "four words of mine");
  const button = screen.getAllByRole("button", { name: "Sign in" })[0]!;
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("no account of that name");
  await userEvent.click(button);
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
});

test("no form stands there before the lab has said which", async () => {
  let answer: (response: Response) => void = () => undefined;
  vi.stubGlobal("fetch", vi.fn<() => Promise<Response>>(() => new Promise((resolve) => (answer = resolve))));
  shown(<SignIn />);
  expect(screen.queryByRole("form")).toBeNull();
  expect(screen.queryByLabelText("Token")).toBeNull();
  await vi.waitFor(() => answer(Response.json({ passwords: true, sso: false })));
  expect(await screen.findByLabelText("Name")).toBeDefined();
});

test("says why an institution's sign-in came to nothing, once, and takes it out of the address", async () => {
  history.replaceState(null, "", "/#refused=NAME_TAKEN");
  vi.stubGlobal("fetch", vi.fn<() => Promise<Response>>(async () => Response.json({ passwords: false, sso: true })));
  shown(<SignIn />);
  expect((await screen.findByRole("alert")).textContent).toContain("signs in by another way");
  expect(screen.getByRole("link", { name: /institution/ })).toBeDefined();
  expect(location.hash).toBe("");
});

test("says how to sign in, takes a pasted address, and shows a refusal", async () => {
  const asked = vi.fn<(request: Request) => Promise<Response>>();
  asked.mockResolvedValueOnce(Response.json({ passwords: false }));
  asked.mockResolvedValueOnce(Response.json({ status: 401, code: "BAD_TOKEN", detail: "This lab does not know that token." }, { status: 401 }));
  asked.mockResolvedValueOnce(Response.json({ person: "ada" }));
  vi.stubGlobal("fetch", asked);
  const done = vi.fn();
  shown(<SignIn done={done} />);
  expect((await screen.findByRole("form")).textContent).toContain("runyard token --url");
  const button = screen.getByRole("button", { name: "Sign in" });
  expect(button).toHaveProperty("disabled", true);
  await userEvent.type(screen.getByLabelText("Token"), "http://127.0.0.1:8080/#token=runyard_x");
  await userEvent.click(button);
  expect((await screen.findByRole("alert")).textContent).toContain("does not know that token");
  expect(done).not.toHaveBeenCalled();
  await userEvent.click(button);
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(asked.mock.calls[2]![0].headers.get("Authorization")).toBe("Bearer runyard_x");
});
