import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { type Figure, type Frame, figureJson, frameFigure, withFrames } from "rnn-dynamics/dist/figures/figure";
import { findBrowser } from "rnn-dynamics/dist/page/export";
import { gifOf, saveFilm } from "rnn-dynamics/dist/page/film";
import { assertRejects } from "../helpers/assertions";

const still: Figure = {
  data: [
    { type: "scatter", mode: "lines", x: [0, 1], y: [0, 1], name: "stays" },
    { type: "scatter", mode: "markers", x: [0], y: [0], name: "moves" },
  ],
  layout: { width: 300, height: 240, margin: { l: 10, b: 20 } },
};
const frames: Frame[] = [0, 1, 2].map((k) => ({ name: String(100 * k), data: [{ x: [k], y: [k] }], traces: [1] }));
const film = withFrames(still, frames);

describe("a film", () => {
  it("has buttons, a slider with a place for each frame, and its frames in the JSON", () => {
    const { sliders, updatemenus } = film.layout as unknown as {
      sliders: { steps: { label: string; args: unknown[] }[] }[];
      updatemenus: { buttons: { label: string; args: unknown[] }[] }[];
    };
    assert.deepEqual(
      sliders[0].steps.map(({ label, args }) => [label, args[0]]),
      [
        ["0", ["0"]],
        ["100", ["100"]],
        ["200", ["200"]],
      ],
    );
    assert.deepEqual(
      updatemenus[0].buttons.map(({ args }) => args[0]),
      [null, [null]], // plotly.js: null plays all frames, [null] stops
    );
    assert.deepEqual(JSON.parse(figureJson(film)).frames, frames);
    assert.equal("frames" in JSON.parse(figureJson(still)), false);
  });

  it("stands still at any frame: what the frame says, and the rest as it was", () => {
    const { data, layout, frames: none } = frameFigure(film, 2);
    assert.equal(none, undefined);
    assert.deepEqual(data[0], still.data[0]);
    assert.deepEqual(data[1], { ...still.data[1], x: [2], y: [2] });
    assert.deepEqual(layout, still.layout);
  });

  it("refuses frames that name a trace that is not there, or each other", () => {
    const wrong = [{ ...frames[0], traces: [5] }];
    assertRejects(
      () => withFrames(still, wrong),
      "withFrames: frames[0].traces has 5, expected places in the figure's data",
    );
    assertRejects(
      () => withFrames(still, [frames[0], frames[0]]),
      'withFrames: frames[1].name is "0", expected a text that no other frame has',
    );
    assertRejects(() => frameFigure(film, 3), "frameFigure: index is 3, expected at most 2");
    assertRejects(() => frameFigure(still, 0), "frameFigure: frames is undefined, expected at least one frame");
  });
});

/** A PNG file of one colour. */
function png(width: number, height: number, rgb: readonly number[]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  const row = Buffer.from([0, ...Array.from({ length: width }, () => rgb).flat()]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

describe("a GIF", () => {
  const gif = gifOf([png(6, 4, [255, 0, 0]), png(6, 4, [0, 0, 255])], 250);

  it("has the size of its pictures, repeats for ever, and shows each for its time, the last one longer", () => {
    assert.equal(gif.subarray(0, 6).toString(), "GIF89a");
    assert.deepEqual([gif.readUInt16LE(6), gif.readUInt16LE(8)], [6, 4]);
    const at = gif.indexOf("NETSCAPE2.0");
    assert.deepEqual([...gif.subarray(at + 11, at + 15)], [3, 1, 0, 0]);
    const control = Buffer.from([0x21, 0xf9, 4]);
    const delays: number[] = [];
    for (let k = gif.indexOf(control); k >= 0; k = gif.indexOf(control, k + 1)) delays.push(gif.readUInt16LE(k + 4));
    assert.deepEqual(delays, [25, 250]); // hundredths of a second
    assert.equal(gif[gif.length - 1], 0x3b);
  });

  it("keeps the colours", () => {
    // the palette of the first picture follows the header as the global one
    assert.deepEqual([...gif.subarray(13, 16)], [255, 0, 0]);
    assert.ok(gif.indexOf(Buffer.from([0, 0, 255])) > 0);
  });
});

describe("the export of a film", () => {
  it("writes one GIF, or numbered pictures", async function () {
    if (findBrowser() === undefined) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "film-"));
    try {
      assert.deepEqual(await saveFilm(film, join(folder, "film.gif"), { every: 2 }), [join(folder, "film.gif")]);
      assert.equal(readFileSync(join(folder, "film.gif")).readUInt16LE(6), 300);
      const seen: string[] = [];
      const onProgress = (done: number, total: number) => seen.push(`${done}/${total}`);
      // both from the same pictures, each drawn once
      const written = await saveFilm(film, [join(folder, "both.gif"), join(folder, "film.png")], { onProgress });
      assert.deepEqual(written[0], join(folder, "both.gif"));
      const files = written.slice(1);
      assert.deepEqual(
        files,
        ["001", "002", "003"].map((k) => join(folder, `film-${k}.png`)),
      );
      assert.ok(files.every((file) => existsSync(file)));
      assert.deepEqual(seen, ["1/3", "2/3", "3/3"]);
      assert.notDeepEqual(readFileSync(files[0]), readFileSync(files[1])); // the point has moved
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("says what it can write", async () => {
    await assert.rejects(
      () => saveFilm(film, "film.mp4"),
      /^RangeError: saveFilm: file is "film\.mp4", expected a name ending in \.gif or \.png$/,
    );
  });
});
