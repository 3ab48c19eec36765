/**
 * The page in a real Jupyter Notebook in a real browser: what a student sees, live and in a saved copy. Everything
 * that depends on the front end is tested here and nowhere else.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { findBrowser } from "rnn-dynamics/dist/page/export";
import { hasJupyter, type JupyterServer, startJupyter } from "../helpers/jupyter-server";
import { notRun } from "../helpers/not-run";
import { decodePng } from "../helpers/png";

const cells = [
  'import { figures, show, progress, table } from "rnn-dynamics";',
  `const x = Array.from({ length: 101 }, (_, i) => i / 10);
show({ data: [{ type: "scatter", mode: "lines", x: x, y: x.map(Math.sin) }],
  layout: figures.titled("A wave in the plane", { xaxis: { title: { text: "x (rad)" } } }) })`,
  `const corner = [-1, 1], marker = { size: 14, color: "#0072b2" };
show({ data: [{ type: "scatter3d", mode: "markers", x: corner, y: corner, z: corner, marker: marker }],
  layout: figures.titled("Two attractors in space", { scene: {} }) })`,
  `const bar = progress("counting", 40);
for (let i = 1; i <= 40; i++) { await new Promise((go) => setTimeout(go, 100)); bar.update(i); }`,
  'table([{ kind: "attractor", found: 8 }, { kind: "saddle", found: 12 }])',
  'for (let i = 1; i <= 2000; i++) console.log("line " + i);',
];

function notebook(sources: string[]): string {
  const code = (source: string, i: number): object => ({
    cell_type: "code",
    execution_count: null,
    id: `cell-${i}`,
    metadata: {},
    outputs: [],
    source,
  });
  const kernelspec = { display_name: "TypeScript", language: "typescript", name: "tslab" };
  return JSON.stringify({ cells: sources.map(code), metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}

/** Pixels of an element's picture that are blue, as attractors are. */
async function bluePixels(element: Locator): Promise<number> {
  const { width, height, pixel } = decodePng(await element.screenshot(), inflateSync);
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [r, g, b] = pixel(x, y);
      if (r < 80 && g > 70 && g < 160 && b > 130) count++;
    }
  }
  return count;
}

describe("the page in Jupyter Notebook", () => {
  const screenshots = join("data", "out", "screenshots");
  let server: JupyterServer | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const requests: string[] = [];

  before(async function () {
    const executablePath = findBrowser();
    if (!executablePath) notRun(this, "chromium missing");
    if (!hasJupyter()) notRun(this, "jupyter-notebook missing");
    mkdirSync(screenshots, { recursive: true });
    server = await startJupyter();
    writeFileSync(join(server.folder, "live.ipynb"), notebook(cells));
    browser = await chromium.launch({ executablePath, args: ["--enable-unsafe-swiftshader", "--disable-quic"] });
    page = await openPage(browser);
  });

  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function openPage(browser: Browser): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
    opened.setDefaultTimeout(300_000);
    opened.on("request", (request) => requests.push(request.url()));
    opened.on("websocket", (socket) => requests.push(socket.url()));
    opened.on("dialog", (dialog) => void dialog.accept());
    return opened;
  }

  const output = (cell: number): Locator => page.locator(".code_cell").nth(cell).locator(".output_area");

  /** Starts cells. Notebook's own objects are unknown to this side's compiler, so they are spoken to in text. */
  const execute = async (...numbers: number[]): Promise<void> => {
    await page.evaluate(`[${numbers}].forEach(function (i) { Jupyter.notebook.get_cell(i).execute(); })`);
  };
  const finished = async (): Promise<void> => {
    await page.waitForFunction("Jupyter.notebook.get_cells().every((cell) => cell.input_prompt_number !== '*')");
  };

  it("runs a notebook whose figure in the plane is drawn by plotly.js", async () => {
    await page.goto(`${server?.url}notebooks/live.ipynb`);
    await page.waitForFunction("window.Jupyter && Jupyter.notebook && Jupyter.notebook.kernel?.is_connected()");
    await execute(0, 1, 2);
    const curve = output(1).locator(".main-svg .scatterlayer .js-line");
    await curve.waitFor({ state: "attached" });
    assert.ok(((await curve.getAttribute("d")) ?? "").length > 500);
    assert.match(await output(1).locator(".gtitle").innerHTML(), /A wave in the plane/);
    await page.evaluate('document.querySelector(".js-plotly-plot").dataset.turned = "by the student"');
  });

  it("draws a figure in space with WebGL, and its attractors are seen", async () => {
    const canvas = output(2).locator(".gl-container canvas").first();
    await canvas.waitFor();
    while ((await bluePixels(output(2).locator(".js-plotly-plot"))) <= 100) await page.waitForTimeout(100);
  });

  it("moves a progress bar and ends it as a plain line", async () => {
    // watched from inside the page, where no value can be missed
    await page.evaluate(`window.seen = []; new MutationObserver(function () {
      var bar = document.querySelectorAll(".code_cell")[3].querySelector(".output_area progress");
      if (bar && seen[seen.length - 1] !== bar.value) seen.push(bar.value);
    }).observe(document.body, { childList: true, subtree: true });`);
    await execute(3);
    await page.waitForFunction("seen.length >= 8");
    await page.evaluate("document.querySelectorAll('.code_cell')[3].scrollIntoView({ block: 'center' })");
    await page.screenshot({ path: join(screenshots, "progress.png") });
    await finished();
    const seen = (await page.evaluate("seen")) as number[];
    assert.ok(seen.length >= 10, `seen: ${seen}`);
    assert.ok(
      seen.every((value, i) => i === 0 || value > seen[i - 1]),
      `seen: ${seen}`,
    );
    assert.match((await output(3).textContent()) ?? "", /^counting: 40 of 40 in \d+\.\d s/);
  });

  it("shows a table, and every line of a long loop", async () => {
    await execute(4, 5);
    await finished();
    assert.equal(await output(4).locator("table.dataframe td").count(), 4);
    const lines = "Jupyter.notebook.get_cell(5).output_area.outputs.map((o) => o.text).join('').trim().split('\\n')";
    await page.waitForFunction(`${lines}.pop() === "line 2000"`);
    assert.equal(await page.evaluate(`${lines}.length`), 2000);
  });

  it("keeps a live figure as the student left it when its picture arrives", async () => {
    await page.waitForFunction(
      "[1, 2].every((i) => Jupyter.notebook.get_cell(i).output_area.outputs.some((o) => o.data['image/png']))",
    );
    assert.equal(await output(1).locator('[data-turned="by the student"] .main-svg').first().isVisible(), true);
    await output(2).locator(".gl-container canvas").first().waitFor();
    assert.ok((await bluePixels(output(2).locator(".js-plotly-plot"))) > 100);
    await output(1).last().scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(screenshots, "live-plane.png") });
    await output(2).last().scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(screenshots, "live-space.png") });
  });

  it("saves a copy with every picture and without plotly.js", async () => {
    await page.evaluate("Jupyter.notebook.save_notebook()");
    const text = readFileSync(join(server?.folder ?? "", "live.ipynb"), "utf8");
    const saved = JSON.parse(text) as { cells: { outputs: { data?: Record<string, unknown> }[] }[] };
    const pictures = saved.cells.map(({ outputs }) => outputs.filter(({ data }) => data?.["image/png"]).length);
    assert.deepEqual(pictures.slice(0, 4), [0, 1, 1, 0]);
    assert.ok(text.length < 2e6, `${text.length} characters`);
    // another file, so that Jupyter does not trust it: this is what a student is sent
    writeFileSync(join(server?.folder ?? "", "received.ipynb"), text.replace(/"x \(rad\)"/g, '"x  (rad)"'));
  });

  it("shows the pictures of an executed notebook that somebody has sent", async () => {
    assert.ok(browser);
    await page.close();
    page = await openPage(browser);
    await page.goto(`${server?.url}notebooks/received.ipynb`);
    for (const cell of [1, 2]) {
      const picture = output(cell).locator("img");
      await picture.waitFor();
      assert.equal(
        await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        1080,
      );
    }
    assert.equal(await page.locator(".main-svg").count(), 0);
    assert.ok((await bluePixels(output(2).locator("img"))) > 100);
    await output(2).first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(screenshots, "received.png") });
  });

  it("asks nothing of any other machine", () => {
    const outside = requests.filter(
      (url) => !/^(https?|wss?):\/\/(127\.0\.0\.1|localhost)[:/]|^(data|blob):/.test(url),
    );
    assert.deepEqual(outside, []);
    assert.ok(requests.length > 10);
  });
});
