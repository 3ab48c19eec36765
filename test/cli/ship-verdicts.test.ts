/** The README's table of verdicts is the shipped ledger. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { shippedLedger, withLedger } from "rnn-dynamics/dist/cli/ship";
import { projectFolder } from "rnn-dynamics/dist/places";

describe("cli/ship", () => {
  const readme = readFileSync(join(projectFolder, "README.md"), "utf8");

  it("has written the verdicts that are shipped into the README", () => {
    assert.equal(withLedger(readme, shippedLedger()), readme, "run: node lib/dist/cli/ship.js verdicts --readme");
  });

  it("shows every claim, with a link to its notebook where there is one", () => {
    const rows = shippedLedger();
    assert.equal(rows.length, 20);
    for (const { claim } of rows) assert.match(readme, new RegExp(`^\\| ${claim} \\| `, "m"));
    assert.match(readme, /\[01\]\(notebooks\/01-fixed-and-slow-points\.ipynb\)/);
  });

  it("changes the table when a verdict changes, and nothing else", () => {
    const rows = shippedLedger().map((row) => (row.claim === "C1" ? { ...row, measured: "3 | 4" } : row));
    const changed = withLedger(readme, rows).split("\n");
    const different = changed.filter((line, i) => line !== readme.split("\n")[i]);
    assert.equal(different.length, 1);
    assert.match(different[0], /3 \\\| 4/);
  });

  it("says which lines are missing", () => {
    assert.throws(() => withLedger("# nothing", []), /README.md lacks the lines/);
  });
});
