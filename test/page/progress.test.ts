import assert from "node:assert/strict";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { trainFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { duration, progress } from "rnn-dynamics/dist/page/progress";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { inFakeKernel } from "../helpers/fake-kernel";

const recipe = { units: 20, steps: 300, testSteps: 50, bits: 2, pretrainedBits: 1, seed: 5 };

describe("progress", () => {
  it("shows the part done and the time left, and ends as a plain line", async () => {
    let now = 0;
    const page = await inFakeKernel(() => {
      const bar = progress("training", 100, () => now);
      for (let step = 1; step <= 100; step++) {
        now += 1000;
        bar.update(step);
      }
    });
    assert.equal(page.outputs.length, 1);
    const texts = page.messages.map(({ content }) => content.data["text/plain"]);
    assert.equal(texts[0], "training: 0 %");
    assert.equal(texts[50], "training: 50 %, 50 s left");
    assert.match(String(page.messages[50].content.data["text/html"]), /<progress max="100" value="50"/);
    assert.deepEqual(page.outputs[0].data, { "text/plain": "training: 100 of 100 in 1 min 40 s" });
  });

  it("writes at most ten times a second, however often it is called, also from a loop that never waits", async () => {
    let now = 0;
    const page = await inFakeKernel(() => {
      const bar = progress("search", 10_000, () => now);
      for (let step = 1; step <= 10_000; step++) {
        now += 0.1; // the whole loop takes one second
        bar.update(step);
      }
    });
    assert.ok(page.messages.length <= 12, `${page.messages.length} messages`);
  });

  it("can be handed to a function as its onProgress, whose total wins", async () => {
    const page = await inFakeKernel(() => {
      const { update } = progress("search", 1);
      for (let done = 1; done <= 3; done++) update(done, 3);
    });
    assert.match(String(page.outputs[0].data["text/plain"]), /^search: 3 of 3 in /);
  });

  it("tells where a search stopped, and says nothing after its end", async () => {
    const page = await inFakeKernel(() => {
      const bar = progress("search", 10, () => 0);
      bar.update(4);
      bar.done();
      bar.done();
      bar.update(7);
    });
    assert.deepEqual(page.outputs[0].data, { "text/plain": "search: stopped at 4 of 10 in 0.0 s" });
  });

  it("is shown by a long call that has a label, once, however many calls are made further down, and not if it is refused", async () => {
    const { network } = trainFlipFlop(recipe);
    const last = async (work: () => unknown) =>
      (await inFakeKernel(work)).outputs.map(({ data }) => data["text/plain"]);
    const trained = await last(() => trainFlipFlop(recipe, { label: "FORCE" }));
    assert.match(String(trained), /^FORCE: 600 of 600 in /); // two trainings of 300 steps
    assert.match(String(await last(() => memoryTable(network, { label: "memories" }))), /^memories: 4 of 4 in /);
    const starts = [0.1, 0.2, 0.3].map((x) => Float64Array.of(x, x));
    assert.match(
      String(await last(() => findFixedPoints(twoWells, starts, { label: "search" }))),
      /^search: 3 of 3 in /,
    );
    assert.deepEqual(await last(() => assert.throws(() => memoryTable(network, { label: "memories", settle: 0 }))), []);
    assert.throws(() => memoryTable(network, { label: 1 as never }), {
      message: "memoryTable: label is 1, expected a text",
    });
  });

  it("is silent outside a notebook", () => {
    const written: unknown[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: unknown) => written.push(text) > 0;
    try {
      const bar = progress("training", 3);
      bar.update(3);
      bar.done();
    } finally {
      process.stdout.write = write;
    }
    assert.deepEqual(written, []);
  });

  it("names a total that is none", () => {
    assert.throws(() => progress("training", 0), {
      name: "RangeError",
      message: "progress: total is 0, expected an integer ≥ 1",
    });
  });

  it("says times as people do", () => {
    assert.deepEqual([40, 9949, 9950, 59_400, 60_000, 185_000].map(duration), [
      "0.0 s",
      "9.9 s",
      "10 s",
      "59 s",
      "1 min 00 s",
      "3 min 05 s",
    ]);
  });
});
