import assert from "node:assert/strict";
import { runNotebook } from "rnn-dynamics/dist/cli/run-notebooks";
import { createNotebookFolder, type NotebookFolder, streamText } from "../helpers/notebook-folder";

// A cell that prints more lines at once than zeromq takes in one stretch lost the rest, and its own end, in a notebook
// that had not imported the library; the runner said "passed".
describe("a cell that prints 600 lines", () => {
  let folder: NotebookFolder;
  before(() => {
    folder = createNotebookFolder();
  });
  after(() => folder.remove());

  for (const [name, first] of [
    ["plain", "1"],
    ["imported", 'import { numbers } from "rnn-dynamics"; numbers.rng(1);'],
  ]) {
    it(`keeps them all, ${name}`, async () => {
      const file = folder.write(name, first, 'for (let k = 0; k < 600; k++) console.log("line", k);');
      const { failure } = await runNotebook(file, { out: folder.out, timeout: 1200 });
      assert.equal(failure, undefined);
      const lines = streamText(folder.executed(name).cells[2]);
      assert.equal(lines, Array.from({ length: 600 }, (_, k) => `line ${k}\n`).join(""));
    });
  }
});
