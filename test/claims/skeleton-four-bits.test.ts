import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { countsByModes, fourBitSkeleton, fourBitSkeletons } from "rnn-claims/dist/06";
import { shippedResult } from "rnn-claims/dist/study";
import { idealSkeleton } from "rnn-dynamics/dist/figures/memories";
import { outputOf } from "rnn-dynamics/dist/memory/gates";
import { memorySolid } from "rnn-dynamics/dist/memory/solid";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { createEchoState, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { loadShipped } from "rnn-dynamics/dist/network/files";
import { flipFlopRecipe } from "rnn-dynamics/dist/network/recipe";
import { flipFlop } from "rnn-dynamics/dist/network/tasks";
import { principalComponents, stateAt } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { distance } from "rnn-dynamics/dist/wasm/vector";
import { assertClose } from "../helpers/assertions";

/** Four units that keep their signs, ẋ = −x + 2 tanh x: 81 fixed points, known in closed form. */
const network = {
  ...createEchoState({ units: 4, inputs: 4, outputs: 4, gain: 0, rng: createRng(1) }),
  Wr: Matrix.eye(4).mul(2),
  Wfb: Matrix.zeros(4, 4),
  Wo: Matrix.eye(4),
  B: Matrix.eye(4).mul(5),
};

describe("the skeleton of four bits", () => {
  it("of a decoupled flip-flop has all 81 points, 16 + 32 + 24 + 8 + 1, where they are [J15 §7]", async () => {
    const memories = memoryTable(network, { clamp: 11 });
    const task = (steps: number) => flipFlop({ bits: 4, steps, rng: createRng(2) });
    const prepared = {
      network,
      recipe: flipFlopRecipe({ bits: 4, units: 4 }),
      x0: new Float64Array(4),
      training: task(10),
      testing: task(2000),
    };
    const skeleton = await fourBitSkeleton(prepared, memories);
    assert.deepEqual(countsByModes(skeleton), [...idealSkeleton(4), 0]);
    assert.equal(skeleton.indexSum, 1);
    assert.equal(skeleton.ended, "no gap found");
    const components = memorySolid(memories)?.components;
    assert.ok(components);
    const root = 1.9150080481545375;
    for (const { modes, output, at, aside, radius } of skeleton.points) {
      const x = stateAt(components, at);
      // coordinates are kept to six digits
      x.forEach((v, k) => {
        assertClose(v, output[k] === 0 ? 0 : Math.sign(output[k]) * root, 1e-4, 1e-4);
      });
      assert.equal(modes, output.filter((z) => Math.abs(z) < 0.5).length);
      assert.ok(aside < 1e-9 && radius >= 0);
    }
  });

  it("counts what has more than four unstable modes apart", () => {
    const points = [0, 0, 1, 4, 5, 90].map((modes) => ({ modes, radius: 0, output: [], at: [], aside: 0 }));
    assert.deepEqual(countsByModes({ points }), [2, 1, 0, 0, 1, 2]);
  });

  it("stateAt undoes a projection within the components", () => {
    const rows = new Matrix([
      [1, 2, 3],
      [4, -1, 0],
      [2, 2, 2],
      [0, 5, -4],
    ]);
    const components = principalComponents(rows, 3);
    const x = Float64Array.of(3, 1, 4);
    assert.ok(distance(stateAt(components, components.project(x).getRow(0)), x) < 1e-12);
    assert.throws(() => stateAt(components, [1, 2, 3, 4]), { message: "stateAt: at has length 4, expected at most 3" });
  });

  describe("that ships", () => {
    const shipped = shippedResult(fourBitSkeletons);

    it("has the index sum of its points, all certified, in mirror pairs where F is odd", () => {
      for (const [name, { points, indexSum }] of Object.entries(shipped)) {
        assert.equal(
          points.reduce((sum, { modes }) => sum + (modes % 2 === 0 ? 1 : -1), 0),
          indexSum,
          name,
        );
        assert.ok(points.every(({ radius }) => radius >= 0 && radius < 1e-12));
        if (name === "logistic") continue;
        for (const { output, modes } of points) {
          assert.ok(points.some((p) => p.modes === modes && p.output.every((z, k) => Math.abs(z + output[k]) < 1e-3)));
        }
      }
    });

    it("is what the network has: a search from the four coordinates of a point comes to it", async () => {
      const { network } = loadShipped("transfer-4bit-seed1");
      const components = memorySolid(memoryTable(network, { settle: 600 }))?.components;
      assert.ok(components);
      // the other coordinates are not kept: the search starts 10 aside, and from most places comes back
      const some = [0, 1].map((m) => shipped.transfer.points.filter(({ modes }) => modes === m)[1]);
      for (const { at, modes, output } of some) {
        const { points } = await findFixedPoints(echoStateFlow(network), [stateAt(components, at)]);
        assert.equal(points[0]?.unstableCount, modes);
        assertClose(outputOf(network, points[0].xStar), output, 0, 1e-3);
        // memories that have settled for less than usual turn the axes a little
        assertClose(components.project(points[0].xStar).getRow(0), at, 0, 0.05);
      }
    });
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await assert.rejects(fourBitSkeletons.run(1, { signal }), /stop/);
  });
});
