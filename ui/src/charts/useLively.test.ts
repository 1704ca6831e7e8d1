// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useLively } from "./useLively";
import { CHART_VIEW } from "./view";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a slider's steps are seen at once and reach the address when it rests; everything else goes there directly", () => {
  const written = vi.fn();
  const { result } = renderHook(() => {
    const [view, setView] = useState(CHART_VIEW);
    return useLively(view, (next) => {
      written(next);
      setView(next);
    });
  });
  for (const weight of [0.1, 0.2, 0.3]) act(() => result.current[1]({ ...result.current[0], weight }));
  expect(result.current[0].weight).toBe(0.3);
  expect(written).not.toHaveBeenCalled();
  const before = result.current[0];
  act(() => vi.advanceTimersByTime(300));
  expect(written.mock.calls).toEqual([[{ ...CHART_VIEW, weight: 0.3 }]]);
  expect(result.current[0].weight).toBe(0.3);
  expect(result.current[0], "no chart is drawn again").toBe(before);
  act(() => result.current[1]({ ...result.current[0], logY: true }));
  expect(written).toHaveBeenLastCalledWith({ ...CHART_VIEW, weight: 0.3, logY: true });
  act(() => result.current[1]({ ...result.current[0], weight: 0.9 }));
  act(() => result.current[1]({ ...result.current[0], x: "epoch" }));
  act(() => vi.advanceTimersByTime(300));
  expect(result.current[0]).toEqual({ ...CHART_VIEW, weight: 0.9, logY: true, x: "epoch" });
});
