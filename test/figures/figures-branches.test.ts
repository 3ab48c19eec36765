import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { continueFixedPoints } from "rnn-dynamics/dist/continuation/continue";
import { titleText } from "rnn-dynamics/dist/figures/figure";
import * as figures from "rnn-dynamics/dist/figures/index";
import type { Flow } from "rnn-dynamics/dist/flow/flow";

const finite = (values: unknown) => (values as number[]).filter((v) => !Number.isNaN(v));

describe("the bifurcation diagram", () => {
  it("branches: solid where they attract, broken where not, a sign at the event", async () => {
    const flowAt = (mu: number): Flow => ({
      dimension: 1,
      velocity: ([x]) => Float64Array.of(mu * x - x * x * x),
      jacobian: ([x]) => new Matrix([[mu - 3 * x * x]]),
    });
    const parameters = Float64Array.of(-1, -0.3, 0.4, 1);
    const result = await continueFixedPoints({ parameters, flowAt }, { points: [{ xStar: Float64Array.of(0) }] });
    const view = { coordinate: (x: Float64Array) => x[0], label: "x (activation)", parameter: "μ (1/τ)" };
    const figure = figures.continuationBranches(result, view);
    assert.deepEqual(
      figure.data.map((trace) => [trace.name, trace.mode]),
      [
        ["attractor", "lines"],
        ["saddle, m = 1", "lines"],
        ["pitchfork", "markers"],
      ],
    );
    const [solid, broken] = figure.data;
    assert.deepEqual([solid.line?.dash, broken.line?.dash], ["solid", "dash"]);
    assert.ok(finite(broken.x).every((mu) => mu > -1e-5) && finite(broken.y).every((x) => Math.abs(x) < 1e-6));
    assert.ok(finite(solid.y).some((x) => x > 0.99) && finite(solid.y).some((x) => x < -0.99));
    assert.equal(titleText(figure), "Events on these branches: pitchfork: 1");
  });
});
