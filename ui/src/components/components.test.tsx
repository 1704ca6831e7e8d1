import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "../api/problem";
import { ActionBar, actionsOf } from "./ActionBar";
import { hash, lookOf } from "./colour";
import { toCsv } from "./csv";
import { Answered } from "./display/Answered";
import { ErrorNote } from "./display/ErrorNote";
import { SpecView } from "./SpecView";
import { StatePill } from "./display/StatePill";
import { Confirm } from "./overlays/confirm";
import { Toasts } from "./overlays/toast";
import { Tips } from "./overlays/Tooltip";
import { toYaml } from "./yaml";

const cached = (node: ReactNode) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Tips>
        {node}
        <Confirm />
        <Toasts />
      </Tips>
    </QueryClientProvider>,
  );

describe("a problem", () => {
  const problem = new Problem({ status: 422, code: "OUT_OF_RANGE", field: "method.prompts", detail: "999 must lie in [1, 256]", remedy: "Use 256." });

  test("shows field, cause, remedy and code", () => {
    render(<ErrorNote error={problem} />);
    const note = screen.getByRole("alert").textContent;
    for (const part of ["method.prompts", "999 must lie in [1, 256]", "Use 256.", "OUT_OF_RANGE · HTTP 422"]) expect(note).toContain(part);
  });

  test("says the remedy once, where the message has it already (U-22)", () => {
    const again = new Problem({ status: 422, field: "a", detail: "a: 999 must lie in [1, 256]; use 256.", remedy: "Use 256" });
    render(<ErrorNote error={again} />);
    expect(screen.getByRole("alert").textContent?.match(/use 256/gi)).toHaveLength(1);
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
    expect(actionsOf("RUNNING", true)).toEqual(["cancel"]);
    expect(actionsOf("FAILED", true)).toEqual([]);
  });

  test("a refused one says why and changes nothing", async () => {
    const act = vi.fn(() => Promise.reject(new Problem({ status: 409, detail: "Run a is FINISHED; it cannot pause." })));
    cached(<ActionBar actions={["pause"]} what="run a" act={act} />);
    await userEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByText(/it cannot pause/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  });

  test("cancel asks first (U-19)", async () => {
    const act = vi.fn(() => Promise.resolve());
    cached(<ActionBar actions={["cancel"]} what="run a" act={act} />);
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await userEvent.click(await screen.findByRole("button", { name: "Keep it as it is" }));
    expect(act).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await userEvent.click(await screen.findByRole("button", { name: "Cancel it" }));
    expect(act).toHaveBeenCalledExactlyOnceWith("cancel");
  });

  test("keep their places whatever applies (U-19)", () => {
    const names = (actions: ("pause" | "resume" | "retry" | "cancel")[]) => {
      const { unmount } = cached(<ActionBar actions={actions} what="run a" act={vi.fn()} />);
      const found = screen.getAllByRole("button").map((button) => `${button.textContent} ${button.hasAttribute("disabled") ? "off" : "on"}`);
      unmount();
      return found;
    };
    expect(names(["pause", "cancel"])).toEqual(["Pause on", "Retry off", "Cancel on"]);
    expect(names(["retry"])).toEqual(["Pause off", "Retry on", "Cancel off"]);
    expect(names(["resume", "cancel"])).toEqual(["Resume on", "Retry off", "Cancel on"]);
  });
});

test("a state is words, not colour alone", () => {
  render(<StatePill state="CANCELLING" />);
  expect(screen.getByText(/cancelling…/)).toBeTruthy();
});

test("a run's stroke is a function of its id", () => {
  expect(hash("a")).toBe(0xe40c292c);
  expect(lookOf("0f000031", false)).toEqual(lookOf("0f000031", false));
  const looks = Array.from({ length: 200 }, (_, i) => lookOf(`run-${i}`, true));
  expect(new Set(looks.map((look) => look.colour)).size).toBe(10);
  expect(looks.every((look) => look.dash.length === 0)).toBe(true);
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
