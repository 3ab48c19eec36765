import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { gateOf } from "rnn-dynamics/dist/memory/gates";
import { createEchoState, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { unstableDirection } from "rnn-dynamics/dist/search/saddles";
import { assertClose, assertRejects } from "../helpers/assertions";

describe("the gate of a saddle", () => {
  it("is the channel with the largest wᵀ B_k, with its sign and how far it leads", () => {
    const B = new Matrix([
      [0, 1, 3],
      [2, 0, 0],
      [0, 0, -4],
    ]);
    // w = e₃: only the third channel reaches it, by −4 of a column of length 5
    assert.deepEqual(gateOf({ B }, Float64Array.of(0, 0, 2)), {
      drive: Float64Array.of(0, 0, -0.8),
      channel: 2,
      sign: -1,
      selectivity: Number.POSITIVE_INFINITY,
    });
    const gate = gateOf({ B }, Float64Array.of(0.6, 0.8, 0));
    assertClose(gate.drive, [0.8, 0.6, 0.36], 1e-12);
    assert.deepEqual([gate.channel, gate.sign], [0, 1]);
    assertClose(gate.selectivity, 0.8 / 0.6, 1e-12);
  });

  it("a short pulse moves the state along v by what wᵀ B says, whatever else it does [derivative oracle]", () => {
    // a random network with one unstable mode at its origin: w is far from v
    for (let seed = 1, tried = 0; tried < 3; seed++) {
      const net = createEchoState({ units: 14, inputs: 3, outputs: 1, gain: 0.95, rng: createRng(seed) });
      const origin = new Float64Array(14);
      const known = stability(echoStateFlow(net), origin);
      if (known.unstableCount !== 1 || known.eigenvalues.im[0] !== 0 || known.eigenvalues.re[0] < 0.02) continue;
      tried++;
      const out = unstableDirection(echoStateFlow(net), origin, known);
      assert.ok(out);
      // by then every other mode has fallen behind by e⁻¹⁵, and a push of 1e-8 is still in the linear range
      const steps = Math.ceil(15 / (known.eigenvalues.re[0] - known.eigenvalues.re[1]) / 0.05);
      for (const channel of [0, 1, 2]) {
        const u = Float64Array.from([0, 1, 2], (k) => (k === channel ? 1e-8 : 0));
        const pushed = integrate(echoStateFlow(net, u), origin, { steps: 1, dt: 0.1 }).states.getRow(1);
        const path = { steps, dt: 0.05, record: steps };
        const later: number[] = integrate(echoStateFlow(net), Float64Array.from(pushed), path).states.getRow(1);
        const along: number = later.reduce((sum, v, i) => sum + v * out.direction[i], 0);
        const across = later.map((v, i) => v - along * out.direction[i]);
        // what is left is c v
        assertClose(across, new Float64Array(14), 0, 1e-3 * Math.abs(along));
        assert.equal(Math.sign(along), Math.sign(gateOf(net, out.left).drive[channel]), `seed ${seed}, ${channel}`);
      }
    }
  });

  it("refuses a vector that does not fit", () => {
    assertRejects(() => gateOf({ B: Matrix.eye(2) }, new Float64Array(3)), /gateOf: network\.B is 2×2, expected 3×any/);
  });
});
