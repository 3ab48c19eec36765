import assert from "node:assert/strict";
import { DataFrame } from "danfojs-node";
import fc from "fast-check";
import { table } from "rnn-dynamics/dist/page/tables";
import { inFakeKernel } from "../helpers/fake-kernel";

const rows = [
  { memory: "+ + −", "speed q": 1.23456789e-30, isHeld: true, x: Float64Array.of(0.5, -0.25) },
  { memory: "<b>", "speed q": 12, isHeld: false },
];

const shown = async (...args: Parameters<typeof table>): Promise<{ html: string; text: string }> => {
  const { outputs } = await inFakeKernel(() => table(...args));
  assert.equal(outputs.length, 1);
  return { html: String(outputs[0].data["text/html"]), text: String(outputs[0].data["text/plain"]) };
};

describe("table", () => {
  it("shows every column of the rows, numbers to the right, with a dash where an entry is missing", async () => {
    const { text } = await shown(rows);
    assert.equal(
      text,
      ["memory    speed q  isHeld  x", "──────  ─────────  ──────  ────────────"].join("\n") +
        ["", "+ + −   1.235e−30  yes     (0.5, −0.25)", "<b>            12  no      –"].join("\n"),
    );
  });

  it("shows the named columns in their order with the digits asked for", async () => {
    const { text } = await shown(rows, { columns: ["speed q", "memory"], digits: 2 });
    assert.deepEqual(text.split("\n")[0], "speed q  memory");
    assert.match(text, /1\.2e−30 {2}\+ \+ −/);
  });

  it("escapes what would be markup", async () => {
    const { html } = await shown(rows);
    assert.ok(html.includes("&#60;b&#62;") && !html.includes("<b>"));
  });

  it("takes a danfojs DataFrame as it is", async () => {
    const { text } = await shown(new DataFrame([{ a: 1, b: 2.5 }]));
    assert.equal(text.split("\n")[2], "1  2.5");
  });

  it("loads danfojs without a word on the page", async () => {
    const { printed } = await inFakeKernel(() => table(rows));
    assert.deepEqual(printed, []);
  });

  it("shows an empty table as its header", async () => {
    const { text } = await shown([]);
    assert.equal(text.trim(), "");
  });

  it("shows whatever stands in a row, or names what is wrong", async () => {
    await inFakeKernel(() => {
      fc.assert(
        fc.property(fc.array(fc.dictionary(fc.string(), fc.anything()), { maxLength: 3 }), (rows) => {
          try {
            table(rows);
          } catch (error) {
            assert.match(String(error), /^RangeError: table: /);
          }
        }),
        { numRuns: 200 },
      );
    });
  });

  it("names a column that no row has, and rows that are none", () => {
    assert.throws(() => table(rows, { columns: ["speed"] }), { message: /^table: column "speed" is in no row/ });
    assert.throws(() => table([3] as unknown as object[]), { message: /^table: rows\[0\] is 3, expected a record/ });
    assert.throws(() => table(rows, { digits: 0 }), { message: "table: digits is 0, expected an integer ≥ 1" });
    assert.throws(() => table(rows, { digit: 3 } as object), { message: /^table: option "digit" is unknown/ });
  });
});
