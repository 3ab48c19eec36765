/** What the page layer does to a real tslab kernel: nothing printed is lost, pictures are in time, nothing is left. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KernelClient, type KernelMessage, startKernel } from "rnn-dynamics/dist/cli/kernel";
import { findBrowser } from "rnn-dynamics/dist/page/export";
import { isInNotebook, kernelWriter } from "rnn-dynamics/dist/page/kernel-link";
import { notRun } from "../helpers/not-run";
import { projectTemporary } from "../helpers/project-temporary";

describe("the link to the kernel", () => {
  let kernel: KernelClient;
  let folder = "";

  before(async () => {
    folder = projectTemporary("kernel-");
    kernel = await startKernel({ cwd: folder });
  });
  after(async () => {
    await kernel?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(code: string): Promise<KernelMessage[]> {
    const messages: KernelMessage[] = [];
    const reply = await kernel.execute(code, (message) => messages.push(message));
    assert.equal(reply.status, "ok", JSON.stringify(messages).slice(0, 1000));
    return messages;
  }
  const printed = (messages: KernelMessage[]): string =>
    messages.flatMap(({ type, content }) => (type === "stream" ? [String(content.text)] : [])).join("");

  it("knows that it is not in a notebook", () => {
    assert.equal(isInNotebook(), false);
    assert.equal(kernelWriter(), null);
  });

  it("lets 20 000 lines of one loop arrive, which tslab alone loses after 506", async () => {
    await run('import { figures, show, progress, check, closeBrowser } from "rnn-dynamics";');
    const lines = printed(await run('for (let i = 1; i <= 20000; i++) console.log("line " + i);'))
      .trim()
      .split("\n");
    assert.equal(lines.length, 20_000);
    assert.equal(lines[19_999], "line 20000");
  });

  it("moves a progress bar during a loop that never waits", async () => {
    const code = `const bar = progress("busy", 50);
      for (let i = 1; i <= 50; i++) { const end = Date.now() + 20; while (Date.now() < end); bar.update(i); }`;
    const displays = (await run(code)).filter(({ type }) => type.endsWith("display_data"));
    assert.ok(displays.length >= 5 && displays.length <= 60, `${displays.length} displays`);
    assert.equal(displays.filter(({ type }) => type === "display_data").length, 1);
  });

  it("prints nothing but the verdict of an exercise", async () => {
    assert.equal(
      printed(await run('check("99.1", undefined)')),
      "99.1 cannot be checked: this copy has no solutions\n",
    );
  });

  it("holds a cell until the pictures of its figures are there", async function () {
    if (!findBrowser()) notRun(this, "chromium missing");
    const figure = '{ data: [{ type: "scatter", x: [1, 2], y: [1, 2] }], layout: figures.titled("A line") }';
    const messages = await run(`show(${figure}); show(${figure})`);
    const isPicture = ({ content }: KernelMessage): boolean =>
      (content.data as Record<string, unknown> | undefined)?.["image/png"] !== undefined;
    assert.equal(messages.filter(isPicture).length, 2);
    const idle = messages.findIndex(({ content }) => content.execution_state === "idle");
    assert.ok(messages.every((message, i) => !isPicture(message) || i < idle));
    assert.equal(printed(messages), "");
  });

  it("ends with its browser when it is asked to, and leaves no profile behind", async function () {
    if (!findBrowser()) notRun(this, "chromium missing");
    const temporary = mkdtempSync(join(tmpdir(), "t-")); // short: a browser makes a socket in it
    // with all the time it needs: after a signal there is nothing to learn about a peaceful end
    const another = await startKernel({ cwd: folder, env: { ...process.env, TMPDIR: temporary }, grace: 600_000 });
    const figure = '{ data: [{ type: "scatter", x: [1, 2], y: [1, 2] }], layout: {} }';
    await another.execute('import { figures } from "rnn-dynamics";', () => {});
    await another.execute(`await figures.save(${figure}, ${JSON.stringify(join(folder, "line.svg"))})`, () => {});
    const profiles = (): string[] =>
      readdirSync(temporary, { recursive: true, encoding: "utf8" }).filter((name) =>
        /rnn-dynamics-browser-\w+$/.test(name),
      );
    assert.ok(profiles().length > 0);
    await another.close();
    assert.deepEqual(profiles(), []);
    rmSync(temporary, { recursive: true });
  });
});
