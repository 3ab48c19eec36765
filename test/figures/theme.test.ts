import assert from "node:assert/strict";
import { baseLayout, colors, colorway, markerOf, markers, signs, titled } from "rnn-dynamics/dist/figures/theme";

/** Brightness of a colour in grey print, 0 … 255 (Rec. 601). */
function grey(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

describe("the figures' look", () => {
  it("tells the kinds of points apart by shape alone and by colour alone", () => {
    const all = Object.values(markers);
    assert.equal(new Set(all.map(({ symbol }) => symbol)).size, all.length);
    assert.equal(new Set(all.map(({ color }) => color)).size, all.length);
    assert.equal(new Set(Object.values(signs)).size, all.length);
  });

  it("uses only symbols that exist both in the plane and in space", () => {
    const inSpace = ["circle", "circle-open", "cross", "diamond", "diamond-open", "square", "square-open", "x"];
    for (const { symbol } of Object.values(markers)) assert.ok(inSpace.includes(symbol), symbol);
  });

  it("gives neighbouring lines colours that differ in grey print", () => {
    for (let i = 1; i < colorway.length; i++) {
      const [a, b] = [grey(colorway[i - 1]), grey(colorway[i])];
      assert.ok(Math.abs(a - b) > 20, `${colorway[i - 1]} ${colorway[i]}: ${a} ${b}`);
    }
  });

  it("hands out markers that may be changed without changing the code", () => {
    const own = markerOf("saddle", 6);
    own.color = "#FFFFFF";
    (own.line as { width: number }).width = 9;
    assert.equal(markers.saddle.color, colors.vermilion);
    assert.equal(markers.saddle.line.width, 1);
    assert.equal(markerOf("saddle", 6).size, 6);
    assert.equal(markerOf("saddle").size, markers.saddle.size);
  });
});

describe("titled", () => {
  it("states the claim on the left of a white ground, with axes that have lines", () => {
    const layout = titled("Three fixed points");
    assert.deepEqual([layout.width, layout.height, layout.paper_bgcolor], [720, 480, "#FFFFFF"]);
    assert.equal(layout.title?.text, "Three fixed points");
    assert.equal(layout.title?.xanchor, "left");
    assert.equal(layout.xaxis?.showline, true);
    assert.equal(layout.yaxis?.showline, true);
  });

  it("keeps what the caller says and adds the rest", () => {
    const layout = titled("Claim", {
      height: 300,
      xaxis: { title: { text: "x" }, showline: false },
      yaxis2: { side: "right" },
    });
    assert.equal(layout.height, 300);
    assert.deepEqual(layout.xaxis?.title, { text: "x" });
    assert.equal(layout.xaxis?.showline, false);
    assert.equal(layout.xaxis?.ticks, "outside");
    assert.equal((layout.yaxis2 as Record<string, unknown>).showline, true);
  });

  it("breaks a long claim into lines and makes room for them", () => {
    const [short, long] = [titled("Short"), titled("A claim that is so long that it needs a second line ".repeat(2))];
    const lines = String(long.title?.text).split("<br>");
    assert.ok(lines.length >= 2 && lines.every((line) => line.length <= 75));
    const top = (layout: typeof short): number => (layout.margin as { t: number }).t;
    assert.equal(top(long) - top(short), 25 * (lines.length - 1));
  });

  it("gives a scene its axes and no flat ones", () => {
    const layout = titled("Cube", { scene: { xaxis: { title: { text: "PC 1" } } } });
    assert.equal(layout.xaxis, undefined);
    const { xaxis } = layout.scene as { xaxis: Record<string, unknown> };
    assert.deepEqual(xaxis.title, { text: "PC 1" });
    assert.equal(xaxis.showbackground, false);
  });

  it("names a claim that is none", () => {
    assert.throws(() => titled(undefined as unknown as string), { message: /^titled: claim is undefined, expected/ });
  });

  it("shares nothing between figures", () => {
    const first = titled("One", { scene: {} });
    (first.scene as { xaxis: { nticks: number } }).xaxis.nticks = 99;
    (first.font as { size: number }).size = 99;
    const second = titled("Two", { scene: {} });
    assert.equal((second.scene as { xaxis: { nticks: number } }).xaxis.nticks, 6);
    assert.equal((second.font as { size: number }).size, (baseLayout.font as { size: number }).size);
  });
});
