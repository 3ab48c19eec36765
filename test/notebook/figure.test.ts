import assert from "node:assert/strict";
import fc from "fast-check";
import { type Figure, figureJson, titleText } from "rnn-dynamics";

const figureOf = (x: Float64Array | number[]): Figure => ({ data: [{ type: "scatter", x }], layout: {} });
const xOf = (json: string): (number | null)[] => JSON.parse(json).data[0].x;

describe("figureJson", () => {
  it("writes typed arrays as plain arrays and gaps as null, at any depth", () => {
    const rows = [Float64Array.of(1, Number.NaN), Float64Array.of(Number.POSITIVE_INFINITY, 4)];
    const figure: Figure = { data: [{ type: "contour", z: rows }], layout: { width: 300 } };
    assert.deepEqual(JSON.parse(figureJson(figure)), {
      data: [
        {
          type: "contour",
          z: [
            [1, null],
            [null, 4],
          ],
        },
      ],
      layout: { width: 300 },
    });
  });

  it("moves no coordinate by more than a hundred-millionth of its size", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (x) => {
        const drawn = xOf(figureJson(figureOf(Float64Array.from(x))));
        assert.equal(drawn.length, x.length);
        x.forEach((value, i) => {
          assert.ok(Math.abs((drawn[i] as number) - value) <= 1e-7 * Math.abs(value), `${value} → ${drawn[i]}`);
        });
      }),
    );
  });

  it("leaves the figure as it is", () => {
    const x = Float64Array.of(1 / 3);
    figureJson(figureOf(x));
    assert.equal(x[0], 1 / 3);
  });
});

describe("titleText", () => {
  it("is the claim without its line breaks and markup", () => {
    const layout = { title: { text: "The <i>slow</i> point<br>is a ghost" } };
    assert.equal(titleText({ data: [], layout }), "The slow point is a ghost");
    assert.equal(titleText({ data: [], layout: {} }), "");
  });
});
