// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { RunGroup } from "../../api/overRuns";
import { aRun } from "../../testing/samples";
import type { Row } from "./rows";
import { selectOf, useSelection } from "./useSelection";

const group: RunGroup = { by: { "params.method.kind": "pgn" }, filter: "params.method.kind = 'pgn'", runs: 300, states: {}, fields: {} };
const run = (id: string, under?: string): Row => ({ kind: "run", id, run: aRun({ id }), depth: under ? 1 : 0, ...(under ? { under } : {}) });
const ROWS: Row[] = [{ kind: "group", id: group.filter, group, open: true }, run("a", group.filter), run("b", group.filter), { ...({ kind: "group", id: "params.method.kind is null", open: false } as const), group: { ...group, filter: "params.method.kind is null", runs: 2 } }];
const SCOPE = { experiment: "e", filter: ["params.seed = 0"], archived: "only" as const };

test("a group is all of its runs, also those that are not loaded", () => {
  const { result } = renderHook(() => useSelection("q", ROWS));
  act(() => result.current.toggle(ROWS[0]!, false));
  expect(result.current.size).toBe(300);
  expect(result.current.has(ROWS[1]!)).toBe(true);
  expect(selectOf(result.current, SCOPE)).toEqual({ ...SCOPE, filter: ["params.seed = 0", "(params.method.kind = 'pgn')"] });
  act(() => result.current.toggle(ROWS[1]!, false));
  expect([...result.current.ids]).toEqual(["b"]);
  expect(selectOf(result.current, SCOPE)).toEqual({ ids: ["b"] });
  act(() => result.current.toggle(ROWS[3]!, false));
  expect(selectOf(result.current, SCOPE).filter).toEqual(["params.seed = 0", "(params.method.kind is null) or id in ('b')"]);
});

test("all that match is the question itself; another question arms nothing (U-20)", () => {
  const { result, rerender } = renderHook(({ question }) => useSelection(question, ROWS), { initialProps: { question: "q" } });
  act(() => result.current.toggleAll(4711));
  expect(result.current.size).toBe(4711);
  expect(selectOf(result.current, SCOPE)).toEqual(SCOPE);
  rerender({ question: "another" });
  expect(result.current.size).toBe(0);
  expect(result.current.has(ROWS[1]!)).toBe(false);
});
