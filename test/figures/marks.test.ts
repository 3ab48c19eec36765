import { strict as assert } from "node:assert";
import { drawing, figure, lines, panels, present, rule } from "rnn-dynamics/dist/figures/marks";
import { assertRejects } from "../helpers/assertions";

const builder = drawing("builder", (rows: readonly { readonly x: number[]; readonly y: number[] }[]) =>
  figure(
    "A claim",
    rows.map(({ x, y }) => lines("row", [...x], y, {})),
    {},
  ),
);

describe("figures/marks", () => {
  it("a builder draws, or refuses in words and under its own name, never in the engine's", () => {
    assert.deepEqual(builder([{ x: [0, 1], y: [2, 3] }]).data[0].y, [2, 3]);
    assertRejects(() => builder([]), "builder: the first argument has length 0, expected at least 1");
    assertRejects(() => builder([{ x: [0, 1], y: [2] }]), 'builder: "row" has 1 values, expected 2');
    for (const wrong of [undefined, null, 3, {}, [null], [{}]]) {
      assertRejects(() => builder(wrong as never), /^builder: an argument lacks something to draw \(.*\), expected/);
    }
  });

  it("has as many parameters as it declares", () => assert.equal(builder.length, 1));

  it("marks without a place are left out", () => {
    const [none, one] = [lines("none", [], [], {}), lines("one", [1], [1], {})];
    assert.deepEqual(present([none, one]), [one]);
  });

  it("a rule crosses the panel along the other axis", () => {
    const { x0, x1, yref, y0, y1 } = rule("x", 3, {});
    assert.deepEqual([x0, x1, yref, y0, y1], [3, 3, "paper", 0, 1]);
  });

  it("panels have axes of their own, the legend of the first, and words for the horizontal axis below", () => {
    const list = ["a", "b", "c", "d"].map((note) => ({ note, yaxis: {}, marks: [lines(note, [1], [1], {})] }));
    const { data, layout } = panels("A claim", { title: { text: "g" } }, list, {});
    assert.deepEqual(
      data.map(({ xaxis, yaxis, showlegend }) => [xaxis, yaxis, showlegend]),
      [["x", "y", true], ...["2", "3", "4"].map((k) => [`x${k}`, `y${k}`, false])],
    );
    const titles = ["xaxis", "xaxis2", "xaxis3", "xaxis4"].map((key) => (layout[key] as { title?: object }).title);
    assert.deepEqual(titles, [undefined, undefined, { text: "g" }, { text: "g" }]);
  });
});
