import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { integrate } from "rnn-dynamics/dist/flow/integrate";
import {
  createEchoState,
  type EchoState,
  echoStateFlow,
  initialActivation,
  withReadout,
} from "rnn-dynamics/dist/network/echo-state";
import { type SimulateOptions, simulate } from "rnn-dynamics/dist/network/simulate";
import { createRng } from "rnn-dynamics/dist/numbers/random";

function network(tau = 10): EchoState {
  const rng = createRng(1);
  const net = createEchoState({ units: 9, inputs: 2, outputs: 2, tau, rng: rng.split("network") });
  return withReadout(net, new Matrix([0, 1].map(() => Array.from({ length: 9 }, () => rng.normal()))));
}

const x0 = initialActivation(network(), createRng(2));

function inputs(steps: number): Matrix {
  const rng = createRng(3);
  return new Matrix(Array.from({ length: steps }, () => [rng.uniform(-1, 1), rng.uniform(-1, 1)]));
}

describe("simulate", () => {
  it("is Euler's method along the flow, in steps of 1/τ [J15 eq. 22]", () => {
    const net = network();
    const constant = new Matrix(Array.from({ length: 60 }, () => [0.5, -0.25]));
    const run = simulate(net, constant, { x0, record: 1 });
    const flow = echoStateFlow(net, Float64Array.of(0.5, -0.25));
    const { states } = integrate(flow, x0, { steps: 59, dt: 1 / 10, method: "euler" });
    // the two sum Wᶜ r in another order; 60 steps hardly amplify that
    assert.ok(
      Matrix.sub(run.states as Matrix, states)
        .abs()
        .max() < 1e-12,
    );
  });

  it("reads row t of every record from the same instant, the state before u[t]: z[t] = Wo tanh x[t] [J15 eq. 23]", () => {
    const net = network();
    const { output, states } = simulate(net, inputs(20), { x0, record: 1 });
    assert.deepEqual(states?.getRow(0), Array.from(x0));
    for (let t = 0; t < 20; t++) {
      const r = Matrix.columnVector((states as Matrix).getRow(t).map(Math.tanh));
      const z = net.Wo.mmul(r).to1DArray();
      output.getRow(t).forEach((v, j) => {
        assert.ok(Math.abs(v - z[j]) < 1e-14);
      });
    }
  });

  it("answers an input one step late at the earliest", () => {
    const pulse = Matrix.zeros(5, 2);
    pulse.set(2, 0, 1);
    const quiet = simulate(network(), Matrix.zeros(5, 2), { x0 }).output;
    const pulsed = simulate(network(), pulse, { x0 }).output;
    const differs = [0, 1, 2, 3, 4].map((t) => quiet.get(t, 0) !== pulsed.get(t, 0));
    assert.deepEqual(differs, [false, false, false, true, true]);
  });

  it("gives the same bits in one piece and in pieces, recorded or not", () => {
    const net = network();
    const u = inputs(457);
    const whole = simulate(net, u, { x0 });
    const recorded = simulate(net, u, { x0, record: 7 });
    assert.deepEqual(recorded.output.to1DArray(), whole.output.to1DArray());
    const first = simulate(net, u.subMatrix(0, 99, 0, 1), { x0 });
    const rest = simulate(net, u.subMatrix(100, 456, 0, 1), { x0: first.finalState });
    assert.deepEqual(rest.finalState, whole.finalState);
  });

  it("keeps every k-th state, the first one x0", () => {
    const net = network();
    const every = simulate(net, inputs(50), { x0, record: 1 }).states as Matrix;
    const some = simulate(net, inputs(50), { x0, record: 8 }).states as Matrix;
    assert.equal(some.rows, 7);
    for (let i = 0; i < 7; i++) assert.deepEqual(some.getRow(i), every.getRow(8 * i));
    assert.equal(simulate(net, inputs(50), { x0 }).states, undefined);
  });

  it("keeps states in half of the memory on request, each number rounded to single precision", () => {
    const net = network();
    const double = simulate(net, inputs(30), { x0, record: 4 }).states;
    const single = simulate(net, inputs(30), { x0, record: 4, recordAs: "float32" }).states;
    const rounded = double?.to2DArray().map((row) => row.map((v) => Math.fround(v)));
    assert.deepEqual(
      single?.to2DArray().map((row) => Array.from(row)),
      rounded?.map((row) => Array.from(row)),
    );
    assert.notDeepEqual(single?.to2DArray(), double?.to2DArray());
    assert.throws(() => simulate(net, inputs(5), { x0, recordAs: "float16" as "float32" }), {
      name: "RangeError",
      message: 'simulate: recordAs is "float16", expected "float64" or "float32"',
    });
  });

  it("returns short when it diverges, with its status and no NaN", () => {
    // 1 − 1/τ = −9: Euler's method is unstable for τ < ½
    const run = simulate(network(0.1), inputs(2000), { x0, record: 1 });
    assert.equal(run.status, "diverged");
    assert.ok(run.steps > 200 && run.steps < 400, `${run.steps}`);
    assert.equal(run.output.rows, run.steps);
    assert.ok(run.output.to1DArray().every(Number.isFinite));
    assert.ok(run.states?.to1DArray().every(Number.isFinite));
    assert.ok(run.finalState.every(Number.isFinite));
  });

  it("reports its progress and ends with the total", () => {
    const calls: [number, number][] = [];
    simulate(network(), inputs(450), { x0, onProgress: (done, total) => calls.push([done, total]) });
    assert.deepEqual(calls[calls.length - 1], [450, 450]);
    assert.ok(calls.length >= 2 && calls.every(([done], i) => i === 0 || done > calls[i - 1][0]));
  });

  it("changes neither the network nor x0", () => {
    const net = network();
    const before = JSON.stringify([net, Array.from(x0)]);
    simulate(net, inputs(30), { x0 });
    assert.equal(JSON.stringify([net, Array.from(x0)]), before);
  });

  it("ends with finite outputs and a status, or throws a RangeError [property]", () => {
    const level = fc.oneof(fc.double(), fc.constantFrom(0, 1, -1, 1e308, Number.NaN, Number.NEGATIVE_INFINITY));
    fc.assert(
      fc.property(level, level, fc.double({ min: 0.05, max: 20, noNaN: true }), (a, b, tau) => {
        const run = (): ReturnType<typeof simulate> =>
          simulate(
            network(tau),
            new Matrix([
              [a, 0],
              [0, b],
              [a, b],
            ]),
            { x0, record: 1 },
          );
        if (![a, b].every(Number.isFinite)) {
          assert.throws(run, RangeError);
          return;
        }
        const { output, states, status, steps } = run();
        assert.ok(output.to1DArray().every(Number.isFinite) && (states as Matrix).to1DArray().every(Number.isFinite));
        assert.equal(status === "completed", steps === 3);
      }),
    );
  });

  it("names what is wrong", () => {
    const net = network();
    assert.throws(() => simulate(net, Matrix.zeros(5, 3), { x0 }), {
      name: "RangeError",
      message: "simulate: input is 5×3, expected any×2",
    });
    assert.throws(() => simulate(net, inputs(5), {} as SimulateOptions), {
      message: "simulate: x0 is undefined, expected a Float64Array",
    });
    assert.throws(() => simulate(net, inputs(5), undefined as unknown as SimulateOptions), {
      message: "simulate: x0 is undefined, expected a Float64Array",
    });
    assert.throws(() => simulate(net, inputs(5), { x0: x0.map(() => Number.NaN) }), {
      message: "simulate: x0 has NaN at component 0, expected finite numbers",
    });
    assert.throws(() => simulate(net, inputs(5), { x0, record: -1 }), {
      message: "simulate: record is -1, expected an integer ≥ 0",
    });
    assert.throws(() => simulate(net, inputs(5), { x0, recrod: 1 } as SimulateOptions), {
      message: /simulate: option "recrod" is unknown/,
    });
  });
});
