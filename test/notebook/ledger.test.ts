import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClaimVerdict, ledger, recordVerdicts, statements } from "rnn-dynamics";

describe("the ledger of claims", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ledger "));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const judged = (claim: string, statistic: string): ClaimVerdict => ({
    claim,
    statistic,
    tolerance: "none",
    verdict: "partly",
    seeds: [1],
  });

  it("lists all twenty claims in order, judged or not", () => {
    const rows = ledger(join(folder, "none.json"), join(folder, "none.json"));
    assert.deepEqual(
      rows.map((row) => row.claim),
      Array.from({ length: 20 }, (_, i) => `C${i + 1}`),
    );
    assert.ok(rows.every((row) => row.verdict === "not judged yet" && row.from === "–"));
    assert.equal(statements.length, 20);
  });

  it("prefers what this machine measured to what was shipped, and says which it shows", () => {
    const [shipped, own] = [join(folder, "shipped.json"), join(folder, "out", "verdicts.json")];
    recordVerdicts([judged("C1", "shipped 1"), judged("C2", "shipped 2")], shipped);
    recordVerdicts([judged("C2", "own 2")], own);
    const [c1, c2, c3] = ledger(shipped, own);
    assert.deepEqual([c1.measured, c1.from], ["shipped 1", "shipped"]);
    assert.deepEqual([c2.measured, c2.from], ["own 2", "this machine"]);
    assert.equal(c3.from, "–");
  });

  it("keeps verdicts of other claims when one is judged again", () => {
    const file = join(folder, "verdicts.json");
    recordVerdicts([judged("C4", "first"), judged("C5", "kept")], file);
    recordVerdicts([judged("C4", "second")], file);
    const rows = ledger(join(folder, "none.json"), file);
    assert.equal(rows[3].measured, "second");
    assert.equal(rows[4].measured, "kept");
  });

  it("reads a damaged file as no verdicts, since they can be measured again", () => {
    const file = join(folder, "verdicts.json");
    writeFileSync(file, '{"C1": {"claim"');
    assert.equal(ledger(file, file)[0].verdict, "not judged yet");
    recordVerdicts([judged("C1", "fresh")], file);
    assert.equal(ledger(file, join(folder, "none.json"))[0].measured, "fresh");
  });
});
