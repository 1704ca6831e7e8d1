import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { useState } from "react";
import { describe, expect, test } from "vitest";
import { Problem } from "../../api/problem";
import type { Json, JsonObject } from "../../api/types";
import { draftOf, setAt, sweepOf } from "./draft";
import { leaves, readSchema, rule, type Field } from "./schema";
import { SpecField } from "./SpecField";

const SPEC = "../workers/spec/src";
const json = (path: string) => JSON.parse(readFileSync(join(SPEC, path), "utf8")) as JsonObject;
const fields = readSchema(json("main/resources/schema/run.v1.json"));
const byName = (name: string) => fields.find((field) => field.name === name)!;

function Form({ field, problem, start = {} }: { field: Field; problem?: Problem; start?: JsonObject }) {
  const [spec, setSpec] = useState(start);
  const change = (path: string, value: Json | undefined) => setSpec(setAt(spec, path, value));
  return (
    <>
      <SpecField field={field} spec={spec} problem={problem} onChange={change} />
      <output>{JSON.stringify(spec)}</output>
    </>
  );
}

const written = () => JSON.parse(document.querySelector("output")!.textContent) as JsonObject;

describe("the committed schema", () => {
  test("every place has a control of its own", () => {
    const free = (list: readonly Field[]): string[] =>
      list.flatMap((f) => {
        if (f.kind === "group") return free(f.fields);
        if (f.kind === "variants") return f.variants.flatMap((v) => free(v.fields));
        return f.kind === "json" && f.shape === undefined ? [f.path] : [];
      });
    expect(free(fields)).toEqual([]);
  });

  test("names what an axis can vary", () => {
    expect(leaves(fields)).toEqual(expect.arrayContaining(["method.kind", "method.prompts", "optimizer.learningRate", "schedule.epochs", "seed"]));
  });

  test("bounds are told", () => {
    expect(rule(byName("batchSize"))).toBe("whole number, 1 to 65536");
  });
});

describe("the form", () => {
  test("a kind brings its own fields, and starts them afresh", async () => {
    render(<Form field={byName("method")} start={{ method: { kind: "pgn", prompts: 4, librarySize: 64 } }} />);
    await userEvent.selectOptions(screen.getByLabelText("kind"), "iip");
    expect(written()).toEqual({ method: { kind: "iip" } });
    expect(screen.queryByLabelText("librarySize")).toBeNull();
    await userEvent.type(screen.getByLabelText("prompts"), "8");
    expect(written()).toEqual({ method: { kind: "iip", prompts: 8 } });
  });

  test("a number can be typed digit by digit", async () => {
    render(<Form field={byName("optimizer")} />);
    await userEvent.type(screen.getByLabelText("learningRate"), "0.010");
    expect(written()).toEqual({ optimizer: { learningRate: 0.01 } });
    expect(screen.getByLabelText<HTMLInputElement>("learningRate").value).toBe("0.010");
    await userEvent.clear(screen.getByLabelText("learningRate"));
    expect(written()).toEqual({});
  });

  test("a refusal stands at its field", () => {
    const problem = new Problem({ status: 422, field: "base.method.prompts", detail: "prompts: 999 must lie in [1, 256]" });
    render(<Form field={byName("method")} problem={problem} start={{ method: { kind: "pgn", prompts: 999 } }} />);
    expect(screen.getByLabelText("prompts").getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByRole("alert").textContent).toContain("must lie in [1, 256]");
  });
});

describe("schemas to come", () => {
  const word = { type: ["string", "null"] };
  const parts = readSchema({
    type: "object",
    properties: {
      dataset: {
        type: "object",
        properties: {
          parts: { type: ["array", "null"], items: { $ref: "#/$defs/Part" } },
          weights: { type: "object", additionalProperties: { type: "number" } },
          mode: { enum: ["a", "b", null] },
        },
      },
      method: {
        oneOf: [
          { type: "null" },
          { type: "object", properties: { kind: { const: "one" }, net: { anyOf: [{ type: "null" }, { $ref: "#/$defs/Net" }] } } },
          { type: "object", properties: { kind: { const: "two" } } },
        ],
      },
    },
    $defs: {
      Part: { type: "object", properties: { id: word, root: word } },
      Net: {
        oneOf: [
          { type: "object", properties: { kind: { const: "small" }, width: { type: "integer" } } },
          { type: "object", properties: { kind: { const: "large" } } },
        ],
      },
    },
  });

  test("a list of objects is written as JSON, and says how", async () => {
    render(<Form field={parts[0]!} />);
    expect(screen.getByText('JSON: [{"id": …, "root": …}, …]')).toBeTruthy();
    expect(screen.getByText('JSON: {"…": …}')).toBeTruthy();
    const box = screen.getByLabelText<HTMLTextAreaElement>("parts");
    await userEvent.click(box);
    await userEvent.paste('[{"id": "x", "root": "y"}]');
    expect(written()).toEqual({ dataset: { parts: [{ id: "x", root: "y" }] } });
    await userEvent.clear(box);
    expect(written()).toEqual({});
    expect([...screen.getByLabelText<HTMLSelectElement>("mode").options].map((o) => o.text)).toEqual(["default", "a", "b"]);
  });

  test("kinds within kinds, each of which may be left out", async () => {
    render(<Form field={parts[1]!} />);
    await userEvent.selectOptions(screen.getAllByLabelText("kind")[0]!, "one");
    await userEvent.selectOptions(screen.getAllByLabelText("kind")[1]!, "small");
    await userEvent.type(screen.getByLabelText("width"), "8");
    expect(written()).toEqual({ method: { kind: "one", net: { kind: "small", width: 8 } } });
    expect(leaves(parts)).toEqual(expect.arrayContaining(["method.kind", "method.net.kind", "method.net.width", "dataset.parts"]));
  });
});

describe("the shared cases", () => {
  const folder = "test/resources/cases/valid";
  const cases = readdirSync(join(SPEC, folder)).filter((name) => name.endsWith(".json"));

  test.each(cases)("%s survives the form", (name) => {
    const { kind, document } = json(join(folder, name)) as { kind: string; document: JsonObject };
    if (kind === "run") {
      const places = leaves(fields);
      // A run may stand by itself or, with a name, under "spec".
      const used = Object.keys(flat((document.spec as JsonObject | undefined) ?? document));
      // A map's keys are anybody's.
      for (const path of used) expect(places.some((place) => path === place || path.startsWith(`${place}.`))).toBe(true);
    } else {
      const again = sweepOf(draftOf(document));
      for (const [part, written] of Object.entries(document)) {
        // A grid is what a sweep without a sampler is.
        if (JSON.stringify(written) !== '{"kind":"grid"}') expect(again[part]).toEqual(written);
      }
    }
  });
});

function flat(tree: JsonObject, path = ""): JsonObject {
  return Object.entries(tree).reduce<JsonObject>((found, [key, value]) => {
    const full = path ? `${path}.${key}` : key;
    const inner = typeof value === "object" && value !== null && !Array.isArray(value) ? flat(value, full) : { [full]: value };
    return { ...found, ...inner };
  }, {});
}
