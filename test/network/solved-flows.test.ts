import { strict as assert } from "node:assert";
import { Matrix, QrDecomposition } from "ml-matrix";
import type { SolvedFlow } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";
import { decoupledFlipFlop, doubleWell3, rotatedFlipFlop } from "../oracles/solved-flows";

const rng = createRng("solved flows tests");
const somewhere = (size: number) =>
  Array.from({ length: 3 }, () => Float64Array.from({ length: size }, () => rng.normal()));
const orthogonal = (size: number) =>
  new QrDecomposition(new Matrix(Array.from({ length: size }, () => Array.from({ length: size }, () => rng.normal()))))
    .orthogonalMatrix;

/** How many of the fixed points have 0, 1, 2, … unstable modes. */
function census(flow: SolvedFlow): number[] {
  const counts: number[] = [];
  for (const x of flow.fixedPoints) {
    const { unstableCount } = stability(flow, x);
    counts[unstableCount] = (counts[unstableCount] ?? 0) + 1;
  }
  return counts;
}

describe("solved flows", () => {
  const embedded = decoupledFlipFlop(3, 2, { units: 12, rng });
  const rotated = rotatedFlipFlop(orthogonal(3), 2);

  it("are flows", () => {
    checkFlow(doubleWell3, somewhere(3));
    checkFlow(embedded, somewhere(12));
    checkFlow(rotated, somewhere(3));
  });

  it("rest at every point they list, and the points differ", () => {
    for (const flow of [doubleWell3, decoupledFlipFlop(2, 1.2), embedded, rotated]) {
      for (const x of flow.fixedPoints) assertClose(flow.velocity(x), new Float64Array(flow.dimension), 0, 1e-14);
      assert.equal(new Set(flow.fixedPoints.map((x) => x.join())).size, flow.fixedPoints.length);
    }
  });

  it("three bits have 27 = 8 + 12 + 6 + 1 fixed points, four bits 81 = 16 + 32 + 24 + 8 + 1", () => {
    for (const flow of [doubleWell3, embedded, rotated]) assert.deepEqual(census(flow), [8, 12, 6, 1]);
    assert.deepEqual(census(decoupledFlipFlop(4, 2)), [16, 32, 24, 8, 1]);
  });

  it("the root solves s = w tanh s", () => {
    for (const weight of [1.01, 1.5, 2, 10]) {
      const { root } = decoupledFlipFlop(1, weight);
      assert.ok(root > 0);
      assertClose(root, weight * Math.tanh(root), 1e-13);
    }
  });

  it("the bits sit in the units named, the others are slaves", () => {
    assert.equal(embedded.bitUnits.length, 3);
    for (const [bit, unit] of embedded.bitUnits.entries()) {
      assert.equal(embedded.W.get(unit, unit), 2);
      assert.ok(
        embedded.fixedPoints.every((x) => [0, embedded.root].includes(Math.abs(x[unit]))),
        `bit ${bit}`,
      );
    }
    const slaves = [...Array(12).keys()].filter((i) => !embedded.bitUnits.includes(i));
    for (const i of slaves) assert.ok(embedded.W.getColumn(i).every((entry) => entry === 0));
  });

  it("the same rng gives the same network", () => {
    const again = decoupledFlipFlop(3, 2, { units: 12, rng: createRng("solved flows tests") });
    assert.deepEqual(again.W.to1DArray(), embedded.W.to1DArray());
  });

  it("say what is wrong with their arguments", () => {
    assertRejects(
      () => decoupledFlipFlop(3, 1),
      "decoupledFlipFlop: weight is 1, expected above 1, where a bit is bistable",
    );
    assertRejects(
      () => decoupledFlipFlop(3, 2, { units: 2 }),
      "decoupledFlipFlop: units is 2, expected an integer ≥ 3",
    );
    assertRejects(() => decoupledFlipFlop(2, 2, { units: 5 }), /^decoupledFlipFlop: rng/);
    assertRejects(
      () => decoupledFlipFlop(11, 2),
      "decoupledFlipFlop: bits is 11, expected at most 10, as 3^bits fixed points are listed",
    );
    assertRejects(() => rotatedFlipFlop(Matrix.ones(2, 2), 2), /^rotatedFlipFlop: Q is off orthogonality by/);
    assertRejects(() => rotatedFlipFlop(Matrix.ones(2, 3), 2), "rotatedFlipFlop: Q is 2×3, expected 2×2");
  });
});
