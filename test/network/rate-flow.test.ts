import assert from "node:assert/strict";
import fc from "fast-check";
import { activation, rateFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { releaseWasmArray, wasmArray } from "rnn-dynamics/dist/wasm/memory";
import { assertClose } from "../helpers/assertions";
import { checkFlow } from "../helpers/check-flow";

const sizes = fc.integer({ min: 1, max: 21 });
const names = fc.constantFrom<"tanh" | "logistic">("tanh", "logistic");

/** A random flow of rates and a point of it. */
function sample(size: number, name: "tanh" | "logistic", seed: number) {
  const rng = createRng(seed);
  const draw = (length: number) => Float64Array.from({ length }, () => rng.normal());
  const [weights, drive, x] = [draw(size * size), draw(size), draw(size)];
  return { flow: rateFlow({ size, activation: name, weights, drive }), weights, drive, x };
}

describe("rateFlow", () => {
  it("is a flow, with either activation and a drive [J15 eq. 26]", () => {
    fc.assert(
      fc.property(sizes, names, fc.integer(), (size, name, seed) => {
        const { flow, x } = sample(size, name, seed);
        checkFlow(flow, [x, x.map((value) => 2 * value - 1)]);
      }),
      { numRuns: 20 },
    );
  });

  it("fills J = −I + W diag r′ by wasm with the bits of the plain loop [J15 eq. 21]", () => {
    fc.assert(
      fc.property(sizes, names, fc.integer(), (size, name, seed) => {
        const { flow, weights, x } = sample(size, name, seed);
        const { rateInto, slope } = activation(name);
        const rates = new Float64Array(size);
        rateInto(x, rates);
        const plain = weights.map((w, k) => w * slope(rates[k % size]) - (k % (size + 1) === 0 ? 1 : 0));
        const resident = wasmArray(size * size);
        resident.fill(Number.NaN);
        flow.jacobianInto?.(x, resident);
        assert.deepEqual(resident.slice(), plain);
        const elsewhere = new Float64Array(size * size);
        flow.jacobianInto?.(x, elsewhere);
        assert.deepEqual(elsewhere, plain);
        releaseWasmArray(resident);
      }),
    );
  });

  it("has an extended residual that is the velocity, to the digits of a double [J15 eq. 18]", () => {
    const { flow, x } = sample(50, "tanh", 4);
    const [F, FLow] = [new Float64Array(50), new Float64Array(50)];
    flow.velocityExtended?.(x, new Float64Array(50), F, FLow);
    assertClose(F, flow.velocity(x), 0, 1e-13); // 50 terms of size one
  });
});
