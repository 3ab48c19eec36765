import assert from "node:assert/strict";
import { DataFrame } from "danfojs-node";
import fc from "fast-check";
import { table } from "rnn-dynamics/dist/page/tables";
import { inFakeKernel } from "../helpers/fake-kernel";

/** danfojs keeps columns as properties of the frame, under their own names: "values" would take the place of its values. */
describe("case table-column-values", () => {
  const shown = async (rows: Parameters<typeof table>[0]): Promise<string[]> => {
    const { outputs } = await inFakeKernel(() => table(rows));
    return String(outputs[0].data["text/plain"]).split("\n");
  };

  it("shows columns of any name, those of a frame's own properties too", async () => {
    const names: readonly string[][] = [
      ...[["values"], ["a", "values"], ["columns", "values"], ["$data"], ["value"], ["index", "shape"]],
      ...[["constructor"], ["$columns", "dtypes"], ["print", "toString"], ["size", "ndim", "axis"], ["loc", "at"]],
    ];
    for (const columns of names) {
      const lines = await shown([Object.fromEntries(columns.map((name, i) => [name, i + 1]))]);
      assert.deepEqual(lines[0].split(/\s+/), columns);
      assert.deepEqual(
        lines[2].trim().split(/\s+/),
        columns.map((_, i) => String(i + 1)),
      );
    }
  });

  it("shows columns of any name [property]", async () => {
    const name = fc.stringMatching(/^[$_a-zA-Z][$\w]{0,12}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), async (columns) => {
        const lines = await shown([Object.fromEntries(columns.map((key, i) => [key, i + 10]))]);
        assert.deepEqual(lines[0].trim().split(/\s+/), columns);
      }),
      { numRuns: 100 },
    );
  });

  it("reads a frame of danfojs whose column hides a property of it, or says that it cannot", async () => {
    assert.deepEqual(await shown(new DataFrame([{ a: 1, values: 2 }])), ["a  values", "─  ──────", "1       2"]);
    assert.deepEqual(await shown(new DataFrame([{ columns: 1, b: 2 }])), ["columns  b", "───────  ─", "      1  2"]);
    for (const name of ["$data", "$columns"]) {
      assert.throws(
        () => table(new DataFrame([{ [name]: 1 }])),
        /^RangeError: table: rows is an object, expected an array/,
      );
    }
  });
});
