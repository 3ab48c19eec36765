import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import type { Figure } from "rnn-dynamics/dist/figures/figure";
import { markerOf, titled } from "rnn-dynamics/dist/figures/theme";
import { closeBrowser, findBrowser, plotlyElement } from "rnn-dynamics/dist/page/export";
import { loadPlotly, show } from "rnn-dynamics/dist/page/show";
import { inFakeKernel } from "../helpers/fake-kernel";
import { notRun } from "../helpers/not-run";

const line: Figure = {
  data: [{ type: "scatter", mode: "lines", x: Float64Array.of(0, 1, 2), y: [0, 1, Number.NaN], name: "</script>" }],
  layout: titled("Growth is <i>steady</i>"),
};

const space: Figure = {
  data: [{ type: "scatter3d", mode: "markers", x: [0, 1], y: [0, 1], z: [0, 1], marker: markerOf("attractor", 20) }],
  layout: titled("Two attractors in space", { scene: {} }),
};

/** Shows an output as a page does: in the place of the earlier one with its name, scripts and all. */
const putOutput = `([name, html]) => {
  const output = document.getElementById("output-" + name) ?? document.body.appendChild(document.createElement("section"));
  output.id = "output-" + name;
  output.replaceChildren(document.createRange().createContextualFragment(html));
}`;

describe("show", () => {
  after(closeBrowser);

  it("does nothing outside a notebook", () => {
    assert.equal(show(line), undefined);
  });

  it("names what is wrong with a figure that is none", () => {
    const wrong = { layout: {} } as unknown as Figure;
    assert.throws(() => show(wrong), { name: "RangeError", message: /^show: figure is an object, expected a record/ });
  });

  it("sends plotly.js once per kernel and keeps none of it in the saved notebook", async () => {
    const page = await inFakeKernel(() => {
      loadPlotly();
      show(line);
      show(line);
    });
    const scripts = page.messages.filter(({ content }) => "application/javascript" in content.data);
    assert.equal(scripts.length, 1);
    assert.ok(String(scripts[0].content.data["application/javascript"]).length > 1e6);
    assert.equal(page.outputs.length, 3);
    assert.ok(JSON.stringify(page.outputs[0]).length < 300);
  });

  it("shows the live figure first and gives Jupyter, VS Code and a plain reader each a form of it", async () => {
    const page = await inFakeKernel(({ messages }) => {
      const before = messages.length;
      show(line);
      // at once, before anything asynchronous: the figure must not wait for a browser
      const { data } = messages[messages.length - 1].content;
      assert.ok(messages.length > before);
      assert.match(String(data["text/html"]), /Plotly\.newPlot/);
      assert.equal(data["text/plain"], "[figure] Growth is steady");
      const vscode = data["application/vnd.plotly.v1+json"] as Figure;
      assert.deepEqual(vscode.data[0].x, [0, 1, 2]);
      assert.deepEqual(vscode.data[0].y, [0, 1, null]);
      assert.equal("image/png" in data, false);
    });
    assert.equal(page.outputs.length >= 1, true);
  });

  it("cannot be cut short by a name that looks like the end of a script", async () => {
    const page = await inFakeKernel(() => show(line));
    const html = String(page.outputs[page.outputs.length - 1].data["text/html"]);
    assert.equal(html.split("</script>").length, 2);
  });

  it("leaves a picture in the same output when the cell has ended", async function () {
    if (!findBrowser()) notRun(this, "chromium missing");
    const page = await inFakeKernel(() => show(line));
    const { data, metadata } = page.outputs[page.outputs.length - 1];
    const png = Buffer.from(String(data["image/png"]), "base64");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.deepEqual(metadata, { "image/png": { width: 720, height: 480 } });
    assert.ok(String(data["text/html"]).includes(`<img alt="Growth is steady" width="720"`));
  });

  it("keeps the picture of a figure in space where the page has no WebGL, and draws what lies in the plane", async function () {
    const executablePath = findBrowser();
    if (!executablePath) notRun(this, "chromium missing");
    const { messages } = await inFakeKernel(() => {
      loadPlotly();
      show(space);
      show(line);
    });
    const browser = await chromium.launch({ executablePath, args: ["--disable-3d-apis"] });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(300_000);
      await page.setContent(plotlyElement());
      // as in a live notebook: the figure first, its picture in an update, and as in a copy: the picture from the start
      for (const isCopy of [false, true]) {
        const forms = messages.filter(({ content }) => content.data["application/vnd.plotly.v1+json"]);
        const shown = isCopy ? forms.filter(({ isUpdate }) => isUpdate) : forms;
        await page.evaluate("document.body.replaceChildren()");
        for (const { content } of shown)
          await page.evaluate(
            `(${putOutput})(${JSON.stringify([content.transient.display_id, content.data["text/html"]])})`,
          );
        await page.waitForFunction("document.querySelector('.main-svg .scatterlayer .js-line')");
        await page.waitForFunction("document.querySelectorAll('img').length === 1");
        await page.waitForFunction("document.querySelector('img').naturalWidth === 1080");
        assert.equal(await page.locator(".no-webgl").count(), 0);
        assert.equal(await page.locator("img").getAttribute("alt"), "Two attractors in space");
      }
    } finally {
      await browser.close();
    }
  });

  it("is alive without a browser, and says once that pictures will be missing", async () => {
    const before = process.env.CHROME_PATH;
    process.env.CHROME_PATH = "/nowhere/chrome";
    try {
      const page = await inFakeKernel(() => {
        show(line);
        show(line);
      });
      const shown = page.outputs.filter(({ data }) => "application/vnd.plotly.v1+json" in data);
      assert.equal(shown.length, 2);
      assert.ok(shown.every(({ data }) => !("image/png" in data)));
      assert.ok(page.printed.length <= 1, page.printed.join("\n"));
    } finally {
      if (before === undefined) delete process.env.CHROME_PATH;
      else process.env.CHROME_PATH = before;
    }
  });
});
