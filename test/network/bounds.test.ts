import assert from "node:assert/strict";
import { excursionsFrom, integrate } from "rnn-dynamics/dist/flow/integrate";
import { twoWells } from "rnn-dynamics/dist/flow/plane";
import { createEchoState } from "rnn-dynamics/dist/network/echo-state";
import { randomRecurrentWeights } from "rnn-dynamics/dist/network/rate-flow";
import { flipFlopRecipe, prepareFlipFlop } from "rnn-dynamics/dist/network/recipe";
import { flipFlop, toneTask } from "rnn-dynamics/dist/network/tasks";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { trackEdge } from "rnn-dynamics/dist/search/explore";
import { unstableManifold } from "rnn-dynamics/dist/search/saddles";

/** Sizes that a slip of the keyboard asks for: told at once, not by the system when its memory has run out. */
describe("sizes out of all bounds", () => {
  const rng = createRng(1);
  const origin = new Float64Array(2);
  const many = 1e12;

  it("are refused with the bound and its reason", () => {
    const calls: readonly (readonly [string, () => unknown])[] = [
      ["steps", () => flipFlop({ bits: 3, steps: many, rng })],
      ["bits", () => flipFlop({ bits: 60, steps: 100, rng })],
      ["steps", () => toneTask({ steps: many, rng })],
      ["units", () => createEchoState({ units: 1e6, inputs: 1, outputs: 1, rng })],
      ["inputs", () => createEchoState({ units: 10, inputs: many, outputs: 1, rng })],
      ["outputs", () => createEchoState({ units: 10, inputs: 1, outputs: many, rng })],
      ["units", () => randomRecurrentWeights(many, 1, rng)],
      ["units", () => flipFlopRecipe({ units: many })],
      ["testSteps", () => prepareFlipFlop({ testSteps: many })],
      ["steps", () => integrate(twoWells, origin, { steps: many })],
      ["steps", () => unstableManifold(twoWells, origin, { steps: many })],
      ["steps", () => trackEdge(twoWells, Float64Array.of(1, 0.5), Float64Array.of(-1, -0.5), { steps: many })],
      ["steps", () => excursionsFrom(twoWells, origin, { steps: many, rng })],
    ];
    for (const [name, call] of calls) {
      assert.throws(call, (error: Error) => {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, new RegExp(`^\\w+: ${name} is \\d+, expected at most \\d+: .{20,}$`));
        return true;
      });
    }
    assert.throws(
      () => integrate(twoWells, origin, { steps: 1e8 }),
      /^RangeError: integrate: trajectory has 100000001 rows, expected at most 4000000: raise record$/,
    );
  });
});
