import assert from "node:assert/strict";
import { titleText } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";

const picture = (seed: number, name: string, nearest: "cell" | "face" | "edge" | "vertex", held = 16) => ({
  seed,
  name,
  nearest,
  angle: 7.4,
  held,
});

describe("figures/tesseract", () => {
  const figure = figures.viewsBySeed(
    [picture(1, "scratch", "edge", 12), picture(1, "transfer", "face"), picture(2, "scratch", "vertex", 14)],
    "No view belongs to either",
  );

  it("puts each picture in the row of its view, and says how many memories are held [J15 Fig. 8]", () => {
    assert.deepEqual(
      figure.data.map(({ name, y, text }) => [name, y, text]),
      [
        ["scratch", [2, 3], ["12", "14"]],
        ["transfer", [1], ["16"]],
      ],
    );
    const { ticktext } = figure.layout.yaxis as { ticktext: string[] };
    assert.match(ticktext[2], /^edge-first:.*hexagonal prism$/);
    assert.match(ticktext[1], /^face-first:.*cuboid$/);
    assert.equal(titleText(figure), "No view belongs to either");
  });

  it("keeps the kinds of one seed apart, in place and in shape", () => {
    const [scratch, transfer] = figure.data;
    assert.ok((scratch.x as number[])[0] < 1 && (transfer.x as number[])[0] > 1);
    assert.notEqual(scratch.marker?.symbol, transfer.marker?.symbol);
    assert.match(String((scratch.hovertext as string[])[0]), /^scratch, seed 1: edge-first, 7° off$/);
  });

  it("names what is wrong", () => {
    assert.throws(() => figures.viewsBySeed([], ""), {
      name: "RangeError",
      message: "viewsBySeed: the first argument has length 0, expected at least 1",
    });
    assert.throws(
      () => figures.viewsBySeed([picture(1, "scratch", "side" as never)], ""),
      /^RangeError: viewsBySeed: nearest is "side"/,
    );
  });
});
