// @vitest-environment jsdom
import { afterEach, expect, test, vi } from "vitest";
import { signInFromAddress, signOut, tokenOf } from "./session";

afterEach(() => {
  vi.unstubAllGlobals();
  history.replaceState(null, "", "/");
});

function lab(status: number) {
  const asked = vi.fn<(request: Request) => Promise<Response>>(() => Promise.resolve(Response.json({ person: "ada" }, { status })));
  vi.stubGlobal("fetch", asked);
  return asked;
}

test("a token is taken alone, out of an address, or not at all", () => {
  expect(tokenOf(" runyard_ab-c_D ")).toBe("runyard_ab-c_D");
  expect(tokenOf("http://127.0.0.1:8080/sweeps/1#token=runyard_x")).toBe("runyard_x");
  for (const text of ["", "two words", "#token=", "#token=<b>", "x".repeat(501)]) expect(tokenOf(text)).toBeNull();
});

test("the address's token goes out once, as bearer, and leaves the address first", async () => {
  history.replaceState(null, "", "/sweeps/7?x=1#token=runyard_x");
  const asked = lab(200);
  asked.mockImplementationOnce((request) => {
    expect(location.href).toMatch(/\/sweeps\/7\?x=1$/);
    expect(request.headers.get("Authorization")).toBe("Bearer runyard_x");
    expect(request.url).not.toContain("runyard_x");
    return Promise.resolve(Response.json({ person: "ada" }));
  });
  expect(await signInFromAddress()).toBe(true);
  expect(await signInFromAddress()).toBe(false);
  expect(asked).toHaveBeenCalledOnce();
});

test("a refused token leaves the address as well", async () => {
  history.replaceState(null, "", "/runs#token=runyard_old");
  lab(401);
  expect(await signInFromAddress()).toBe(false);
  expect(location.hash).toBe("");
});

test("signing out asks for it, and a session that is gone already is no failure", async () => {
  for (const status of [204, 401]) {
    const asked = vi.fn<(request: Request) => Promise<Response>>(() => Promise.resolve(new Response(null, { status })));
    vi.stubGlobal("fetch", asked);
    await signOut();
    expect(asked.mock.calls[0]![0].method).toBe("DELETE");
  }
  lab(503);
  await expect(signOut()).rejects.toThrow();
});
