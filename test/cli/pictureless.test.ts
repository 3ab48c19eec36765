import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { helpPictureless, picturelessLine } from "rnn-dynamics/dist/cli/notebook-file";
import { findBrowser } from "rnn-dynamics/dist/page/export";
import { notRun } from "../helpers/not-run";
import { createNotebookFolder, type NotebookFolder } from "../helpers/notebook-folder";

describe("cli/pictureless", () => {
  let folder: NotebookFolder;
  beforeEach(() => {
    folder = createNotebookFolder();
  });
  afterEach(() => folder.remove());

  const figure = (title: string, type: string): string =>
    `show({ data: [{ type: "${type}", x: [0, 1, 2], y: [0, 1, 4], z: [0, 1, 2] }], layout: figures.titled("${title}") })`;
  const withoutBrowser = { ...process.env, CHROME_PATH: "/nowhere/chrome" };
  const run = (): string => {
    const args = [
      require.resolve("rnn-dynamics/dist/cli/run-notebooks.js"),
      "--from",
      folder.path,
      "--out",
      folder.out,
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: withoutBrowser });
    assert.equal(status, 0, `${stdout}${stderr}`);
    return stdout.trimEnd();
  };
  const lines = [
    'import { figures, show } from "rnn-dynamics";',
    figure("A line", "scatter"),
    figure("A", "scatter3d"),
  ];

  it("copies draw by themselves without a browser, and the last line says what is missing and what to do", async function () {
    folder.write("01-figures", ...lines);
    const stdout = run();
    assert.match(
      stdout,
      /\n1 passed, 0 failed\n2 figures have no picture: install Chrome, Chromium or Edge, or name yours in CHROME_PATH, and run this again\.$/,
    );
    const copy = JSON.stringify(folder.executed("01-figures"));
    assert.equal(copy.split("plotly.js v").length, 2, "plotly.js is in the copy once");

    const executablePath = findBrowser();
    if (!executablePath) notRun(this, "chromium missing");
    const convert = ["nbconvert", "--to", "html", join(folder.out, "01-figures.ipynb")];
    if (spawnSync("jupyter", convert, { encoding: "utf8" }).status !== 0) notRun(this, "jupyter nbconvert missing");
    const browser = await chromium.launch({ executablePath, args: ["--enable-unsafe-swiftshader"] });
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(300_000);
      await page.context().setOffline(true);
      await page.goto(pathToFileURL(join(folder.out, "01-figures.html")).href);
      await page.waitForFunction("document.querySelectorAll('.js-plotly-plot .main-svg .gtitle').length === 2");
      await page.waitForFunction("document.querySelector('.scatterlayer .js-line')?.getAttribute('d').length > 10");
      await page.waitForFunction("document.querySelector('.gl-container canvas')");
    } finally {
      await browser.close();
    }
  });

  it("one figure is one figure, and a browser that draws nothing is named", () => {
    const data = { "application/vnd.plotly.v1+json": {}, "text/html": "<div></div>" };
    const outputs = [{ output_type: "display_data" as const, data, metadata: {} }];
    const notebook = { cells: [{ cell_type: "code", source: "", metadata: {}, outputs }], metadata: {}, nbformat: 4, nbformat_minor: 5 }; // biome-ignore format: a notebook
    assert.equal(helpPictureless(notebook), 1);
    assert.match(data["text/html"], /^<script type="text\/javascript">[\s\S]*<\/script>\n<div><\/div>$/);
    const whole = { ...data, "image/png": "", "text/html": "" };
    assert.equal(
      helpPictureless({ ...notebook, cells: [{ ...notebook.cells[0], outputs: [{ ...outputs[0], data: whole }] }] }),
      0,
    );
    assert.equal(whole["text/html"], "");
    const before = process.env.CHROME_PATH;
    process.env.CHROME_PATH = process.execPath; // there, and no browser
    try {
      assert.ok(picturelessLine(1).startsWith(`1 figure has no picture: ${process.execPath} does not draw them; `));
    } finally {
      if (before === undefined) delete process.env.CHROME_PATH;
      else process.env.CHROME_PATH = before;
    }
  });
});
