import { expect, test } from "vitest";
import { protocolMark } from "./protocol";

test("says of a spec what its results were chosen on", () => {
  expect(protocolMark({ validateOn: "test", select: "best-val-loss" })).toBe("selects on test, as released");
  expect(protocolMark({ validateOn: "test", select: "last" })).toBe("validates on test");
  expect(protocolMark({ validateOn: "test", training: { earlyStopping: { patience: 5 } } })).toBe("selects on test");
  expect(protocolMark({ validateOn: "val", select: "best-val-loss" })).toBeUndefined();
  expect(protocolMark(undefined)).toBeUndefined();
});
