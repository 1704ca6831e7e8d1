import { expect, test } from "vitest";
import { onlyFilter, withoutFilter } from "./filterText";

test("a value as the filter that has it, and the one that has not", () => {
  expect(onlyFilter("params.seed", 0)).toBe("params.seed = 0");
  expect(withoutFilter("params.seed", 0)).toBe("params.seed != 0 or params.seed is null");
  expect(onlyFilter("params.method.kind", "it's")).toBe("params.method.kind = 'it\\'s'");
  expect(onlyFilter("tags.table", "3")).toBe("tags.table in ('3')");
  expect(withoutFilter("tags.table", "3")).toBe("tags.table not in ('3') or tags.table is null");
  expect(onlyFilter("starred", true)).toBe("starred = true");
  expect(onlyFilter("params.a b", [1, 2])).toBe("`params.a b` = '[1,2]'");
  expect(onlyFilter("reason", undefined)).toBe("reason is null");
  expect(withoutFilter("reason", null)).toBe("reason is not null");
});
