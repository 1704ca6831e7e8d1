import { expect, test } from "vitest";
import { listIn, oneOf, parseSearch, stringifySearch, textIn, wordsIn } from "./search";

test("an address brings back what was written into it, and stays readable", () => {
  const view = { filter: ["metrics.val/top1 >= 80", "name ~ \"a,b & c\""], sort: "-metrics.val/top1.best", log: true as const, smooth: 0.9, q: "", none: undefined };
  const text = stringifySearch(view);
  expect(text).toBe("?filter=metrics.val/top1+%3E%3D+80&filter=name+%7E+%22a,b+%26+c%22&sort=-metrics.val/top1.best&log=1&smooth=0.9");
  const raw = parseSearch(text);
  expect(listIn(raw.filter)).toEqual(view.filter);
  expect(textIn(raw.sort)).toBe(view.sort);
  expect(textIn(raw.log)).toBe("1");
  expect(textIn(raw.smooth)).toBe("0.9");
  expect(stringifySearch({})).toBe("");
});

test("what an address says is taken only where it makes sense", () => {
  expect(wordsIn("RUNNING,SLEEPING,RUNNING", ["RUNNING", "QUEUED"])).toEqual(["RUNNING"]);
  expect(wordsIn(["RUNNING", "QUEUED"], ["RUNNING", "QUEUED"])).toEqual(["RUNNING", "QUEUED"]);
  expect(wordsIn("", ["RUNNING"])).toBeUndefined();
  expect(oneOf("QUEUED", ["RUNNING", "QUEUED"])).toBe("QUEUED");
  expect(oneOf("SLEEPING", ["RUNNING"])).toBeUndefined();
  expect(listIn(undefined)).toBeUndefined();
});
