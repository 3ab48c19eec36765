import { strict as assert } from "node:assert";
import { C10, C11, C12 } from "rnn-claims/dist/05";
import type { OriginAt } from "rnn-dynamics/dist/training/film";
import { assertRejects } from "../helpers/assertions";

const origin = (abscissas: Record<number, number>): OriginAt[] =>
  Object.entries(abscissas).map(([step, spectralAbscissa]) => ({
    step: Number(step),
    spectralAbscissa,
    unstableCount: spectralAbscissa > 0 ? 1 : 0,
  }));

describe("claims C10 to C12", () => {
  it("C10 tells a resting state from one that is lost at once, and from none at all", () => {
    const verdict = (before: number, later: number) => C10({ origin: origin({ 0: before, 100: later }) }).verdict;
    assert.equal(verdict(-0.2, -0.1), "reproduced");
    assert.equal(verdict(-0.2, 0.35), "partly");
    assert.equal(verdict(0.45, 0.67), "wrong as stated");
    assert.equal(verdict(0.45, -0.1), "wrong as stated");
    assertRejects(() => C10({ origin: origin({ 0: 1 }) }), "C10: data.origin lacks step 100, expected steps 0, 100");
    assertRejects(
      () => C10({ origin: origin({ 0: Number.NaN, 100: 1 }) }),
      "C10: data.origin[0].spectralAbscissa is NaN, expected a finite number",
    );
  });

  const paper = {
    origin: origin({ 100: -0.1, 200: 0.2, 700: 0.01, 1000: 0.3 }),
    returns: [0.5, 0.01],
    patterns: { before: 1, after: 6 },
  };

  it("C11 is the paper's story if all three parts hold, partly for two", () => {
    assert.equal(C11(paper).verdict, "reproduced");
    assert.equal(C11({ ...paper, returns: [0.5, 0.4] }).verdict, "partly");
    assert.equal(C11({ ...paper, patterns: { before: 6, after: 6 } }).verdict, "partly");
    const early = { ...paper, origin: origin({ 100: 0.1, 200: 0.2, 700: 0.01, 1000: 0.3 }) };
    assert.equal(C11(early).verdict, "partly");
    assert.equal(C11({ ...early, returns: [0.4] }).verdict, "not reproduced");
    const vanished = { ...paper, origin: origin({ 100: -0.1, 200: 0.2, 700: 0.3, 1000: 0.3 }) };
    assert.equal(C11(vanished).verdict, "partly");
    assert.match(C11(paper).statistic, /^3 of 3 parts: .*back to 1 % .*patterns 1 at 700, 6 at 1000$/);
  });

  it("C12 counts kinds", () => {
    const of = (...kinds: string[]) => C12({ events: kinds.map((kind, step) => ({ step, kind })) });
    assert.equal(of("transcritical", "transcritical").verdict, "reproduced");
    assert.equal(of("transcritical", "pitchfork").verdict, "partly");
    assert.equal(of("pitchfork", "unresolved").verdict, "wrong as stated");
    assert.equal(of("unresolved").verdict, "not reproduced");
    assert.equal(of().verdict, "not reproduced");
    assert.match(
      of("pitchfork", "pitchfork").statistic,
      /^of 2 .* 0 transcritical, 2 pitchforks: pitchfork at training step 0, pitchfork at training step 1$/,
    );
  });
});
