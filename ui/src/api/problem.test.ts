import { expect, test } from "vitest";
import { Problem, problemOf, toProblem } from "./problem";

test("a refusal keeps field, cause and remedy", () => {
  const problem = problemOf(422, { title: "Unprocessable", detail: "prompts: 999 must lie in [1, 256]", code: "OUT_OF_RANGE", field: "method.prompts", remedy: "use 256" });
  expect(problem).toMatchObject({ status: 422, code: "OUT_OF_RANGE", field: "method.prompts", remedy: "use 256" });
  expect(problem.passing).toBe(false);
});

test("an answer that is no problem document still says something", () => {
  expect(problemOf(502, "<html>bad gateway</html>")).toMatchObject({ code: "HTTP_502", status: 502 });
  expect(problemOf(502, undefined).passing).toBe(true);
});

test("a broken connection has a cause and a remedy", () => {
  const problem = toProblem(new TypeError("Failed to fetch"));
  expect(problem).toBeInstanceOf(Problem);
  expect(problem.code).toBe("UNREACHABLE");
  expect(problem.remedy).toContain("runyard doctor");
});
