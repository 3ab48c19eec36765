import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { Figure } from "rnn-dynamics/dist/figures/figure";
import { markerOf, titled } from "rnn-dynamics/dist/figures/theme";
import { closeBrowser, findBrowser, saveFigure } from "rnn-dynamics/dist/page/export";
import { notRun } from "../helpers/not-run";
import { decodePng } from "../helpers/png";

const flat: Figure = {
  data: [{ type: "scatter", mode: "lines", x: [0, 1, 2], y: Float64Array.of(0, 1, 4) }],
  layout: titled("Squares outgrow τ", { width: 600, height: 400, xaxis: { title: { text: "time (steps)" } } }),
};
const deep: Figure = {
  data: [{ type: "scatter3d", mode: "markers", x: [0, 1], y: [0, 1], z: [0, 1], marker: markerOf("attractor", 20) }],
  layout: titled("Two attractors in space", { scene: {} }),
};

describe("findBrowser", () => {
  const among =
    (...files: string[]) =>
    (file: string): boolean =>
      files.includes(file);

  it("finds Chrome, Chromium and Edge where each system keeps them", () => {
    const edge = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
    const chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    const windows = { PROGRAMFILES: "C:\\Program Files", "PROGRAMFILES(X86)": "C:\\Program Files (x86)" };
    assert.equal(findBrowser("win32", windows, among(edge)), edge);
    assert.equal(findBrowser("darwin", { PATH: "/usr/bin", HOME: "/Users/a" }, among(chrome)), chrome);
    assert.equal(
      findBrowser("linux", { PATH: "/usr/local/bin:/usr/bin" }, among("/usr/bin/chromium")),
      "/usr/bin/chromium",
    );
    assert.equal(findBrowser("linux", { PATH: "/usr/bin" }, among()), undefined);
  });

  it("prefers CHROME_PATH, and looks no further when there is nothing", () => {
    const env = { CHROME_PATH: "/my/chrome", PATH: "/usr/bin" };
    assert.equal(findBrowser("linux", env, among("/my/chrome", "/usr/bin/chromium")), "/my/chrome");
    assert.equal(findBrowser("linux", env, among("/usr/bin/chromium")), undefined);
  });
});

describe("saveFigure", () => {
  const folder = mkdtempSync(join(tmpdir(), "figures-"));
  const kept = { out: process.env.RNN_DYNAMICS_OUT, chrome: process.env.CHROME_PATH };

  before(() => {
    process.env.RNN_DYNAMICS_OUT = folder;
  });
  after(async () => {
    await closeBrowser();
    rmSync(folder, { recursive: true, force: true });
    restore("RNN_DYNAMICS_OUT", kept.out);
  });
  const restore = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };

  it("names an ending it does not know, before it looks for a browser", async () => {
    await assert.rejects(saveFigure(flat, "fig6.bmp"), {
      name: "RangeError",
      message: 'saveFigure: file is "fig6.bmp", expected a name ending in .svg, .pdf or .png',
    });
    await assert.rejects(saveFigure(flat, "fig6.png", { size: 3 } as object), { message: /option "size" is unknown/ });
    await assert.rejects(saveFigure(flat, "fig6.png", { width: -3 }), { message: /^saveFigure: width is -3/ });
    await assert.rejects(saveFigure({} as Figure, "fig6.png"), { message: /^saveFigure: figure is an object/ });
  });

  it("goes on without a browser, with nothing written", async () => {
    process.env.CHROME_PATH = join(folder, "no-such-browser");
    const said: string[] = [];
    const { warn } = console;
    console.warn = (...words) => void said.push(words.join(" "));
    try {
      assert.equal(await saveFigure(flat, "none.png"), undefined);
      assert.equal(await saveFigure(flat, "none.png"), undefined);
    } finally {
      console.warn = warn;
      restore("CHROME_PATH", kept.chrome);
    }
    assert.ok(said.length <= 1);
    assert.equal(existsSync(join(folder, "figures", "none.png")), false);
  });

  describe("through the installed browser", () => {
    before(function () {
      if (!findBrowser()) notRun(this, "chromium missing");
    });

    it("writes an SVG whose words are text", async () => {
      const path = await saveFigure(flat, "flat.svg");
      assert.equal(path, join(folder, "figures", "flat.svg"));
      const svg = readFileSync(path as string, "utf8");
      assert.match(svg, /^<svg[^>]* width="600" height="400"/);
      assert.match(svg, /<text[^>]*>Squares outgrow τ<\/text>/);
      assert.match(svg, /time \(steps\)/);
    });

    it("writes a PDF of one page with vectors, not a photograph", async () => {
      const path = (await saveFigure(flat, join(folder, "elsewhere", "flat.PDF"))) as string;
      const pdf = readFileSync(path);
      assert.equal(pdf.subarray(0, 5).toString("latin1"), "%PDF-");
      const text = pdf.toString("latin1");
      assert.equal(text.match(/\/Type\s*\/Page\b/g)?.length, 1);
      assert.equal(/\/Subtype\s*\/Image/.test(text), false);
      // 600×400 CSS pixels are 450×300 points
      assert.match(text, /\/MediaBox\s*\[0 0 450(\.\d+)? 300(\.\d+)?\]/);
    });

    it("writes a PNG of the size asked for", async () => {
      const path = (await saveFigure(flat, "flat.png", { width: 300, height: 200, scale: 3 })) as string;
      const { width, height, pixel } = decodePng(readFileSync(path), inflateSync);
      assert.deepEqual([width, height], [900, 600]);
      assert.deepEqual(pixel(2, 2), [255, 255, 255]);
    });

    it("draws a figure in space: its attractors are there, in their colour", async () => {
      const path = (await saveFigure(deep, "deep.png", { scale: 1 })) as string;
      const { width, height, pixel } = decodePng(readFileSync(path), inflateSync);
      let blue = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const [r, g, b] = pixel(x, y);
          if (r < 60 && g > 80 && g < 150 && b > 140) blue++;
        }
      }
      assert.ok(blue > 200, `${blue} blue pixels`);
    });

    it("leaves no half-written file beside the picture", () => {
      assert.deepEqual(
        readdirSync(join(folder, "figures")).filter((name) => name.startsWith(".")),
        [],
      );
    });

    it("tells when plotly.js cannot draw a figure, and draws the next one", async () => {
      const layout = { shapes: [{ type: "path", path: 3 }] };
      const wrong: Figure = { data: [{ type: "scatter", x: [1], y: [1] }], layout };
      await assert.rejects(saveFigure(wrong, "wrong.png"), /^Error: saveFigure: figure cannot be drawn: /);
      assert.ok(await saveFigure(flat, "again.svg"));
    });

    it("does not keep a script from ending", () => {
      const library = require.resolve("rnn-dynamics");
      const figure = JSON.stringify(flat);
      const code = `require(${JSON.stringify(library)}).figures.save(${figure}, "script.svg").then((p) => console.log(p))`;
      const out = execFileSync(process.execPath, ["-e", code], { timeout: 20 * 60_000, encoding: "utf8" });
      assert.equal(out.trim(), join(folder, "figures", "script.svg"));
    });
  });
});
