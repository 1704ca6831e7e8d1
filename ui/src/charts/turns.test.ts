import { afterEach, expect, test, vi } from "vitest";
import { inTurn } from "./turns";

afterEach(() => vi.unstubAllGlobals());

test("what takes long is spread over frames, in order, and what is taken back is not done", () => {
  const frames: (() => void)[] = [];
  let now = 0;
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const done: string[] = [];
  const work = (name: string, ms: number) => () => {
    done.push(name);
    now += ms;
  };
  inTurn(work("quick", 2));
  inTurn(work("slow", 30));
  inTurn(work("next", 2));
  const takeBack = inTurn(work("never", 2));
  takeBack();
  const each = () => {
    frames.shift()?.();
    return done.splice(0);
  };
  expect(each()).toEqual(["quick", "slow"]);
  expect(each()).toEqual(["next"]);
  expect(frames).toEqual([]);
  inTurn(work("later", 2));
  expect(each()).toEqual(["later"]);
});
