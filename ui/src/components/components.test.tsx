import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { ActionBar, actionsOf } from "./ActionBar";
import { hash, strokeOf } from "./colour";
import { toCsv } from "./csv";
import { match } from "./navigation";
import { Answered, ProblemNote } from "./Notes";
import { SpecView } from "./SpecView";
import { StatePill } from "./StatePill";
import { toYaml } from "./yaml";

const cached = (node: ReactNode) => render(<QueryClientProvider client={new QueryClient()}>{node}</QueryClientProvider>);

describe("a problem", () => {
  const problem = new Problem({ status: 422, code: "OUT_OF_RANGE", field: "method.prompts", detail: "999 must lie in [1, 256]", remedy: "Use 256." });

  test("shows field, cause, remedy and code", () => {
    render(<ProblemNote error={problem} />);
    const note = screen.getByRole("alert").textContent;
    for (const part of ["method.prompts", "999 must lie in [1, 256]", "Use 256.", "OUT_OF_RANGE · HTTP 422"]) expect(note).toContain(part);
  });

  test("leaves older data in sight, and can be tried again", async () => {
    const refetch = vi.fn();
    render(
      <Answered query={{ data: "old", error: problem, refetch }} what="runs">
        {(data) => <p>{data}</p>}
      </Answered>,
    );
    expect(screen.getByText("old")).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(refetch).toHaveBeenCalledOnce();
  });

  test("is not shown while the first answer is awaited", () => {
    render(
      <Answered query={{ data: undefined, error: null, refetch: vi.fn() }} what="runs">
        {() => null}
      </Answered>,
    );
    expect(screen.getByRole("status").textContent).toContain("Loading runs");
  });
});

describe("actions", () => {
  test("are those of the state", () => {
    expect(actionsOf("RUNNING")).toEqual(["pause", "cancel"]);
    expect(actionsOf("FAILED")).toEqual(["retry"]);
    expect(actionsOf("FINISHED")).toEqual([]);
    expect(actionsOf("CANCELLING")).toEqual([]);
  });

  test("a refused one says why and changes nothing", async () => {
    const act = vi.fn(() => Promise.reject(new Problem({ status: 409, detail: "Run a is FINISHED; it cannot pause." })));
    cached(<ActionBar actions={["pause"]} what="run a" act={act} />);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect((await screen.findByRole("alert")).textContent).toContain("it cannot pause");
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  });

  test("cancel asks first", async () => {
    const act = vi.fn(() => Promise.resolve());
    vi.stubGlobal("confirm", () => false);
    cached(<ActionBar actions={["cancel"]} what="run a" act={act} />);
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    expect(act).not.toHaveBeenCalled();
    vi.unstubAllGlobals();
  });
});

test("a state is words, not colour alone", () => {
  render(<StatePill state="CANCELLING" />);
  expect(screen.getByText(/cancelling…/)).toBeTruthy();
});

test("a run's stroke is a function of its id", () => {
  expect(hash("a")).toBe(0xe40c292c);
  expect(strokeOf("0f000031", false)).toEqual(strokeOf("0f000031", false));
  const looks = new Set(Array.from({ length: 200 }, (_, i) => JSON.stringify(strokeOf(`run-${i}`, true))));
  expect(looks.size).toBeGreaterThan(25);
});

test("a spec is a tree in which the sweep's values stand out", () => {
  render(<SpecView spec={{ method: { kind: "pgn", prompts: 4 }, seed: 0 }} swept={{ "method.prompts": 4 }} />);
  expect(screen.getByTitle("method.prompts").className).toContain("swept");
  expect(screen.getByTitle("seed").className).not.toContain("swept");
});

describe("text that leaves the page", () => {
  test("CSV quotes what must be, and disarms formulas", () => {
    expect(toCsv([["a", 'say "x"', "1,2"], ["=1+1", "-0.5", "-cmd"]])).toBe('a,"say ""x""","1,2"\r\n\'=1+1,-0.5,\'-cmd\r\n');
  });

  test("YAML quotes what another reader would take for something else", () => {
    expect(toYaml({ name: "no", count: 1, at: "1.5", list: [1, "a b"], deep: { path: "a: b", none: {} }, axes: [{ x: 1 }, { x: 2, y: 3 }] })).toBe(
      'name: "no"\ncount: 1\nat: "1.5"\nlist: [1, a b]\ndeep:\n  path: "a: b"\n  none: {}\naxes:\n  - x: 1\n  - x: 2\n    "y": 3\n',
    );
  });
});

test("a path gives its named parts", () => {
  expect(match("/runs/{id}", "/runs/a%20b/")).toEqual({ id: "a b" });
  expect(match("/runs/{id}", "/runs/")).toBeNull();
  expect(match("/runs", "/runs/1")).toBeNull();
  expect(match("/runs/{id}", "/runs/%E0%A4%A")).toBeNull();
});
