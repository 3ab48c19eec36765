import { strict as assert } from "node:assert";
import { titleText } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";
import { assertRejects } from "../helpers/assertions";

describe("a named figure", () => {
  const points = [{ unstableCount: 0 }];
  const figure = figures.skeletonByIndex([{ name: "found", points }], 1, "Every memory is found");

  it("says first whose it is, and differs in nothing else", () => {
    const named = figures.named("Gentle network", figure);
    assert.equal(titleText(named), "Gentle network: every memory is found");
    assert.deepEqual({ ...named.layout, title: 0 }, { ...figure.layout, title: 0 });
    assert.equal(named.data, figure.data);
    assert.equal(titleText(figure), "Every memory is found");
  });

  it("keeps the frames of a film", () => {
    const frames = [{ name: "1", data: figure.data, traces: figure.data.map((_, i) => i) }];
    assert.equal(figures.named("A film", { ...figure, frames }).frames, frames);
  });

  it("has room for a title that has grown by a line", () => {
    const name = "A network whose name alone fills a line of the title, and then some";
    const named = figures.named(name, figure);
    const top = ({ layout }: typeof figure) => (layout.margin as { t: number }).t;
    assert.ok(top(named) > top(figure));
    assert.equal(titleText(named), `${name}: every memory is found`);
  });

  it("says what is wrong with its arguments", () => {
    assertRejects(() => figures.named(1 as never, figure), "named: name is 1, expected a text");
    assert.throws(() => figures.named("a", {} as never), /^RangeError: named: /);
  });
});
