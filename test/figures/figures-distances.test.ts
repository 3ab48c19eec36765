import assert from "node:assert/strict";
import * as figures from "rnn-dynamics/dist/figures/index";
import { assertClose } from "../helpers/assertions";

describe("figures/tesseract", () => {
  it("draws a√k through the mean edge", () => {
    const pairs = [
      { flips: 1, distance: 48 },
      { flips: 1, distance: 52 },
      { flips: 4, distance: 101 },
    ];
    const figure = figures.flipDistancePlot(
      [
        { name: "one", pairs },
        { name: "two", pairs },
      ],
      "Distances",
    );
    const line = figure.data[1];
    const end = (line.x as number[]).indexOf(4);
    assertClose((line.y as number[])[end], 100, 1e-12);
    assert.equal(figure.data.length, 4);
    assert.notEqual(figure.data[0].marker?.symbol, figure.data[2].marker?.symbol);
  });

  it("names what is wrong", () => {
    assert.throws(() => figures.flipDistancePlot([], ""), {
      message: "flipDistancePlot: the first argument has length 0, expected at least 1",
    });
  });
});
