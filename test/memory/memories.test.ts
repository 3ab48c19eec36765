import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { type MemoryOptions, memoryTable } from "rnn-dynamics/dist/memory/table";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import { loadShipped } from "rnn-dynamics/dist/network/files";
import { simulate } from "rnn-dynamics/dist/network/simulate";

/** A network given by its weights: no feedback, B on the first units, the readout of the first units. */
function planted(Wr: number[][], bits: number, tau = 10): EchoState {
  const units = Wr.length;
  const some = (rows: number, columns: number): Matrix => Matrix.eye(rows, columns).mul(2);
  return {
    units,
    inputs: bits,
    outputs: bits,
    gain: 1,
    tau,
    activation: "tanh",
    Wr: new Matrix(Wr),
    Wfb: Matrix.zeros(units, bits),
    Wo: some(bits, units),
    B: some(units, bits),
  };
}

const facts = (net: EchoState, options?: MemoryOptions): string[] =>
  memoryTable(net, options).map(({ pattern, isHeld, motion }) => `${pattern} ${isHeld ? "held" : "lost"} ${motion}`);

describe("memories", () => {
  it("finds every memory of decoupled bits, ẋ = −x + w tanh x with w > 1", () => {
    const w = 1.5;
    const table = memoryTable(
      planted(
        [
          [w, 0],
          [0, w],
        ],
        2,
      ),
    );
    assert.deepEqual(
      table.map(({ pattern, isHeld, motion }) => [pattern, isHeld, motion]),
      ["−−", "−+", "+−", "++"].map((pattern) => [pattern, true, "fixed"]),
    );
    for (const { bits, state, speed } of table) {
      // rests at a root of x = w tanh x
      state.forEach((x, i) => {
        assert.ok(Math.abs(x - w * Math.tanh(x)) < 1e-12 && x * bits[i] > 0);
      });
      assert.ok(speed < 1e-12);
    }
  });

  it("finds no memory where w < 1: everything decays to the origin", () => {
    const table = memoryTable(planted([[0.5]], 1));
    assert.deepEqual(
      table.map(({ pattern }) => pattern),
      ["−", "+"],
    );
    // 300 τ at rate ½ leave e⁻¹⁵⁰ of the state, with its sign: without a margin that would count as held
    assert.ok(table.every(({ isHeld, output }) => !isHeld && output[0] !== 0 && Math.abs(output[0]) < 1e-60));
    assert.ok(memoryTable(planted([[0.5]], 1), { margin: 0 }).every(({ isHeld }) => isHeld));
  });

  it("calls lost what changes its sign: a rotation that passes through both", () => {
    assert.deepEqual(
      facts(
        planted(
          [
            [1.5, -1],
            [1, 1.5],
          ],
          1,
        ),
      ),
      ["− lost oscillating", "+ lost oscillating"],
    );
  });

  it("calls held what moves for ever but keeps its signs: a memory beside a limit cycle", () => {
    const rotor = [
      [2, 0, 0],
      [0.3, 1.5, -1],
      [0, 1, 1.5],
    ];
    assert.deepEqual(facts(planted(rotor, 1)), ["− held oscillating", "+ held oscillating"]);
  });

  it("calls settling a spiral of long decay, and oscillating only what goes on: λ = −0.01 ± 0.3i beside a memory", () => {
    // a decay of 100 τ: after 300 τ it still moves, round its fixed point
    const spiral = [
      [2, 0, 0],
      [0.005, 0.99, -0.3],
      [0, 0.3, 0.99],
    ];
    assert.deepEqual(facts(planted(spiral, 1)), ["− held settling", "+ held settling"]);
    // at λ = +0.01 ± 0.3i it grows into a limit cycle
    const cycle = spiral.map((row, i) => row.map((w, j) => (i === j && i > 0 ? 1.01 : w)));
    assert.deepEqual(facts(planted(cycle, 1), { settle: 20000 }), ["− held oscillating", "+ held oscillating"]);
  });

  it("calls drifting what still moves and gets somewhere: w = 1, where x decays as √(3/2t)", () => {
    assert.deepEqual(facts(planted([[1]], 1)), ["− held drifting", "+ held drifting"]);
  });

  it("judges the simulated map, not the flow: Euler's steps of 1/τ make a stable focus unstable", () => {
    // λ = −0.1 ± 1.5i at the origin: stable, but |1 + λ/τ| > 1 for τ = 1
    const focus = [
      [0.9, -1.5],
      [1.5, 0.9],
    ];
    const [fast] = memoryTable(planted(focus, 1, 1));
    const [slow] = memoryTable(planted(focus, 1, 50));
    assert.equal(fast.motion, "oscillating");
    assert.ok(fast.speed > 0.1 && slow.speed < 1e-2, `${fast.speed} ${slow.speed}`);
  });

  it("finds a memory that no pulse can set: the pattern is fed back, and the network's own output is not heard", () => {
    // Held through its own output, w = 1.5 + 1·2, and with an input a hundred times weaker: from x = 2 a pulse does not
    // move it over, and feeding −1 back does only if the output, up to 2 and on the other side, is not heard meanwhile
    const net = planted([[1.5]], 1);
    const weak = { ...net, B: Matrix.mul(net.B, 0.01), Wfb: Matrix.ones(1, 1) };
    const x0 = Float64Array.of(2);
    assert.deepEqual(
      memoryTable(weak, { x0 }).map(({ isHeld }) => isHeld),
      [true, true],
    );
    const pulse = new Matrix(Array.from({ length: 100 }, (_, t) => [t < 11 ? -1 : 0]));
    assert.ok(simulate(weak, pulse, { x0 }).finalState[0] > 2, "still where it was");
  });

  it("finds by symmetry what it finds by simulation", () => {
    const rotor = [
      [2, 0.1, 0],
      [0.3, 1.5, -1],
      [0, 1, 1.5],
    ];
    const net = {
      ...planted(rotor, 2),
      Wfb: new Matrix([
        [0.3, 0.1],
        [0, 0.2],
        [-0.1, 0],
      ]),
    };
    // a start that is given, if only the origin, is simulated for every pattern
    assert.deepEqual(memoryTable(net, { x0: new Float64Array(3) }), memoryTable(net));
    const [first] = memoryTable({ ...net, activation: "logistic" });
    assert.equal(first.state.length, 3);
  });

  it("says so when a pattern diverges", () => {
    const [row] = memoryTable(planted([[0.5]], 1, 0.1));
    assert.deepEqual([row.isHeld, row.motion, row.speed], [false, "diverged", Number.POSITIVE_INFINITY]);
    assert.ok(row.state.every(Number.isFinite));
  });

  it("finds six to eight of the eight memories of the shipped network at g = 0.8 [J15 §6]", () => {
    // a tenth of the usual time keeps the test short: what flips does so within a few τ of the pulse
    const { network } = loadShipped("tanh-g0.8-seed1");
    const held = memoryTable(network, { settle: 300 }).filter(({ isHeld }) => isHeld).length;
    assert.ok(held >= 6 && held <= 8, `${held}`);
  });

  it("reports its progress, pattern by pattern", () => {
    const calls: string[] = [];
    memoryTable(planted([[1.5]], 1), { settle: 6, onProgress: (done, total) => calls.push(`${done}/${total}`) });
    assert.deepEqual(calls, ["1/2", "2/2"]);
  });

  it("names what is wrong", () => {
    const net = planted([[1.5]], 1);
    assert.throws(() => memoryTable(net, { settle: 5 }), {
      name: "RangeError",
      message: "memoryTable: settle is 5, expected an integer ≥ 6",
    });
    assert.throws(() => memoryTable({ ...net, inputs: 2, B: Matrix.ones(1, 2) }), {
      message: "memoryTable: network has 2 inputs, expected one for each of its 1 outputs",
    });
    assert.throws(() => memoryTable(net, { x0: Float64Array.of(1, 2) }), {
      message: "memoryTable: x0 has length 2, expected 1",
    });
    assert.throws(() => memoryTable(net, { setle: 5 } as MemoryOptions), { message: /option "setle" is unknown/ });
    assert.throws(() => memoryTable(undefined as unknown as EchoState), {
      message: "memoryTable: network is undefined, expected an echo-state network",
    });
  });
});
