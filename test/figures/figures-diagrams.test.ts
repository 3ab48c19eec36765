import assert from "node:assert/strict";
import type { Figure } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";

type Shape = Record<string, unknown>;

const shapesOf = (figure: Figure) => figure.layout.shapes as Shape[];
const ellipses = (figure: Figure) => shapesOf(figure).filter((shape) => shape.type === "circle");
const curves = (figure: Figure) => shapesOf(figure).filter((shape) => String(shape.path).includes("C"));
const heads = (figure: Figure) => shapesOf(figure).filter((shape) => String(shape.path).endsWith("Z"));
const wordsOf = (figure: Figure) => (figure.layout.annotations as { text: string }[]).map(({ text }) => text).join(" ");
const isStressed = (shape: Shape) => (shape.line as { width: number }).width > 2;

describe("figures 1, 3 and 4", () => {
  it("are drawn, every connection with one head, every node with a label and a meaning", () => {
    const all = [figures.feedforwardAndRecurrent(), figures.simpleRnnDiagram(), figures.echoStateDiagram()];
    for (const figure of all) {
      assert.equal(curves(figure).length, heads(figure).length);
      const [labels] = figure.data;
      assert.equal(labels.text?.length, ellipses(figure).length);
      assert.ok((labels.hovertext as string[]).every((text) => text.length > 3));
      assert.equal(figure.layout.images, undefined, "no pasted picture");
    }
  });

  it("show two networks of four nodes that differ by one way back [J15 Fig. 1]", () => {
    const figure = figures.feedforwardAndRecurrent();
    assert.deepEqual(figure.data[0].text, [
      ...["Input", "Hidden_1", "Hidden_2", "Output"],
      ...["Input", "Hidden_1", "Hidden_2", "Output"],
    ]);
    assert.equal(curves(figure).length, 3 + 4);
    assert.equal(curves(figure).filter(isStressed).length, 1);
    assert.match(wordsOf(figure), /\(a\).*\(b\)/);
  });

  it("show the loop x → r → x and the leak [J15 Fig. 3]", () => {
    const figure = figures.simpleRnnDiagram();
    assert.equal(ellipses(figure).length, 2);
    assert.equal(curves(figure).length, 3);
    for (const word of ["tanh", "W<sup>r</sup>", "−1"]) assert.ok(wordsOf(figure).includes(word), word);
  });

  it("show u, x, r, z with B, Wr, Wo, Wfb, and stress the readout alone [J15 Fig. 4]", () => {
    const figure = figures.echoStateDiagram();
    assert.deepEqual(figure.data[0].text, ["<b>u</b>", "<b>x</b>", "<b>r</b>", "<b>z</b>"]);
    for (const word of ["B ·", "tanh", "W<sup>r</sup>", "W<sup>o</sup>", "W<sup>fb</sup>"]) {
      assert.ok(wordsOf(figure).includes(word), word);
    }
    assert.equal(curves(figure).length, 6);
    assert.equal(curves(figure).filter(isStressed).length, 1);
    assert.match(wordsOf(figure), /trained/);
  });

  it("keep ellipses round: equal units on both axes, wide enough for every label", () => {
    for (const figure of [figures.simpleRnnDiagram(), figures.echoStateDiagram()]) {
      assert.equal(figure.layout.yaxis?.scaleanchor, "x");
      const [left, right] = (figure.layout.xaxis as { range: number[] }).range;
      for (const { x } of figure.layout.annotations as { x: number }[]) assert.ok(x > left && x < right);
    }
  });
});
