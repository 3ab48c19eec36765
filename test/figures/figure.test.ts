import assert from "node:assert/strict";
import fc from "fast-check";
import { type Figure, figureJson, titleText } from "rnn-dynamics/dist/figures/figure";
import { show } from "rnn-dynamics/dist/page/show";
import { inFakeKernel } from "../helpers/fake-kernel";

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

  it("refuses sizes that are no numbers of pixels, which would be written into the page as they are", async () => {
    const markup = '1"><img src=x onerror=alert(1)>';
    const wrong: unknown[] = [markup, "720", 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e6, {}, [720], true];
    for (const size of wrong) {
      for (const name of ["width", "height"]) {
        const figure = { data: [], layout: { [name]: size } } as unknown as Figure;
        const message = new RegExp(
          `^RangeError: \\w+: layout\\.${name} .*, expected a number of pixels above 0, at most 16384$`,
        );
        assert.throws(() => figureJson(figure), message);
        const { outputs } = await inFakeKernel(() => assert.throws(() => show(figure), message));
        assert.deepEqual(outputs, []);
        const film = { data: [], layout: {}, frames: [{ name: "a", data: [], traces: [], layout: figure.layout }] };
        assert.throws(() => show(film), /^RangeError: show: frames\[0\]\.layout\.(width|height) /);
      }
    }
    assert.throws(() => figureJson({ data: [], layout: 3 } as never), /figureJson: layout is 3, expected a record/);
  });

  it("refuses what JSON cannot hold in its own words", () => {
    const circle: Figure = { data: [], layout: {} };
    circle.layout.meta = circle;
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = [deep];
    for (const meta of [circle, 1n, deep]) {
      const figure = { data: [], layout: { meta } };
      assert.throws(() => figureJson(figure), /^RangeError: figureJson: figure has a member that holds itself/);
    }
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
