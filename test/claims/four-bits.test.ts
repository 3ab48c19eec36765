import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { type FourBitsResult, fourBits } from "rnn-claims/dist/06";
import {
  angleToMissing,
  attractingPatterns,
  compareCubes,
  memorySolid,
  seenView,
  viewsWithoutOne,
} from "rnn-dynamics/dist/memory/solid";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { createEchoState } from "rnn-dynamics/dist/network/echo-state";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose } from "../helpers/assertions";
import { cornersOf, randomFrame } from "../helpers/hypercube";

/** Axes of given lengths along a random orthonormal frame. */
const box = (lengths: number[], seed = 1, size = 30): Matrix =>
  randomFrame(size, lengths.length, seed).mmul(Matrix.diag(lengths));

/** Four units that keep their signs, ẋ = −x + 2 tanh x, each its own bit: 16 attractors at the corners of a tesseract. */
const decoupled = {
  ...createEchoState({ units: 4, inputs: 4, outputs: 4, gain: 0, rng: createRng(1) }),
  Wr: Matrix.eye(4).mul(2),
  Wfb: Matrix.zeros(4, 4),
  Wo: Matrix.eye(4),
  B: Matrix.eye(4).mul(5),
};

describe("what is measured on four-bit networks", () => {
  it("is a tesseract with 16 attractors for a decoupled flip-flop [J15 §7]", async () => {
    // without feedback only the pulse can set a bit
    const memories = memoryTable(decoupled, { clamp: 11 });
    assert.equal(memories.filter(({ isHeld }) => isHeld).length, 16);
    assert.equal((await attractingPatterns(decoupled, memories)).length, 16);
    // only memories held are asked for, and one that rests at an output of 0.4 (0.38 here) is a memory, one at 0.09 is not
    const some = memories.map((memory, i) => ({ ...memory, isHeld: i !== 3 }));
    assert.equal((await attractingPatterns(decoupled, some)).length, 15);
    const faint = (scale: number) => ({ ...decoupled, Wo: Matrix.eye(4).mul(scale) });
    assert.equal((await attractingPatterns(faint(0.4), memoryTable(faint(0.4), { clamp: 11 }))).length, 16);
    assert.ok(memoryTable(faint(0.09), { clamp: 11 }).every(({ isHeld }) => !isHeld));
    assert.equal((await attractingPatterns(faint(0.09), memories)).length, 0);
    const solid = memorySolid(memories);
    assert.ok(solid?.box);
    // x* = 2 tanh x*: x* = 1.9150080481545375
    assertClose(solid.box.lengths, Array(4).fill(2 * 1.9150080481545375), 1e-12);
    assertClose(solid.inequality, solid.least, 1e-10);
    assertClose(solid.inDimensions, 1, 1e-12);
  });

  it("leaves out the memories that are not held, and says so where too few are", () => {
    const corners = cornersOf(box([50, 50, 50, 50]));
    const some = corners.map((c, i) => ({ ...c, isHeld: i !== 3, state: i === 3 ? c.state.map(() => 1e6) : c.state }));
    assertClose(memorySolid(some)?.box?.lengths[0] ?? 0, 50, 1e-10);
    assert.equal(memorySolid(some)?.distances[0].pairs, 28);
    assert.equal(memorySolid(corners.map((c, i) => ({ ...c, isHeld: i < 1 }))), undefined);
    const flat = memorySolid(corners.map((c, i) => ({ ...c, isHeld: i < 4 })));
    assert.ok(flat && flat.box === undefined);
    assert.equal(seenView(flat.box, flat.components.axes), undefined);
  });

  it("sees a box cell-first, along its shortest axis, where all corners are there", () => {
    const corners = cornersOf(box([60, 55, 40, 50]));
    const solid = memorySolid(corners);
    assert.ok(solid);
    const view = seenView(solid.box, solid.components.axes);
    assert.equal(view?.nearest, "cell");
    assertClose(view?.direction[2] ?? 0, 1, 1e-9);
    // 16 views, each without one memory: the missing corner turns the axes, but not by much
    const counts = viewsWithoutOne(corners);
    assert.equal(
      Object.values(counts).reduce((sum, n) => sum + n, 0),
      16,
    );
    assert.ok(counts.cell >= 12, JSON.stringify(counts));
  });

  it("sees vertex-first, along the missing pair, where one pair of opposite corners is missing", () => {
    const corners = cornersOf(box([50, 51, 49.5, 50.5])).map((c, i) => ({ ...c, isHeld: ![6, 9].includes(i) }));
    const solid = memorySolid(corners);
    assert.ok(solid);
    const view = seenView(solid.box, solid.components.axes);
    assert.equal(view?.nearest, "vertex");
    // pattern 6 is (−, +, +, −)
    assert.ok(Number(angleToMissing(view?.direction ?? new Float64Array(4), corners)) < 5);
    assertClose(angleToMissing(Float64Array.of(1, 0, 0, 0), corners) ?? 0, 60, 1e-12);
    assertClose(angleToMissing(Float64Array.of(1, 1, 1, 1), corners) ?? 0, 90, 1e-12);
    assert.equal(angleToMissing(Float64Array.of(1, 0, 0, 0), cornersOf(box([1, 1, 1, 1]))), undefined);
    const none = corners.map((c) => ({ ...c, isHeld: false }));
    assert.ok(Number(angleToMissing(Float64Array.of(1, 2, 3, 4), none)) < 1e-6);
  });

  it("knows a cube that was kept, and one that was turned away [J15 §7.1]", () => {
    const tesseract = box([50, 50, 50, 50]);
    const cube = cornersOf(tesseract.subMatrix(0, 29, 0, 2));
    const kept = compareCubes(cube, cornersOf(tesseract));
    assert.ok(kept);
    assert.ok(kept.angles.every((angle) => angle < 1e-6));
    assert.ok(kept.moved < 1e-12);
    const foreign = compareCubes(cube, cornersOf(box([50, 50, 50, 50], 2)));
    assert.ok(foreign?.angles.every((angle) => angle > 20) && foreign.moved > 0.5);
    assert.equal(compareCubes(cube, cornersOf(tesseract).slice(0, 4)), undefined);
    const lost = cube.map((corner) => ({ ...corner, isHeld: false })); // as a base that holds nothing
    assert.equal(compareCubes(lost, cornersOf(tesseract)), undefined);
  });

  it("becomes four verdicts, one of them on the views of all seeds", () => {
    const network = (nearest: "edge" | "face"): FourBitsResult["scratch"] => ({
      meanSquaredError: 0.5,
      bitAccuracy: 0.9,
      held: 16,
      attracting: 16,
      distances: [1, 2, 3, 4].map((flips) => ({ flips, pairs: 1, mean: 50 * Math.sqrt(flips), spread: 0.01 })),
      lengths: [50, 50, 50, 50],
      cosines: [0, 0, 0, 0, 0, 0],
      unexplained: 0,
      explained: [0.25, 0.25, 0.25, 0.25],
      inequality: Math.sqrt(11 / 64),
      least: Math.sqrt(11 / 64),
      view: { nearest, angle: 3, direction: [1, 0, 0, 0] },
      viewsWithoutOne: {},
    });
    const one: FourBitsResult = {
      base: { held: 8, lengths: [50, 50, 50] },
      scratch: network("edge"),
      transfer: network("face"),
      control: network("face"),
      cube: { transfer: { angles: [3, 4, 5], moved: 0.1 } },
    };
    const judge = (...results: FourBitsResult[]) =>
      fourBits.judge?.(results.map((result, i) => ({ seed: i + 1, result }))) ?? [];
    const verdicts = judge(one, one);
    assert.deepEqual(
      verdicts.map(({ claim, verdict }) => [claim, verdict]),
      [
        ["C13", "reproduced"],
        ["C14", "reproduced"],
        ["C15", "wrong as stated"],
        ["C16", "reproduced"],
      ],
    );
    assert.ok(verdicts.every(({ seeds }) => String(seeds) === "1,2"));
    const lost = { ...one, cube: {}, transfer: { ...one.transfer, view: undefined } };
    assert.deepEqual(
      judge(lost)
        .map(({ verdict }) => verdict)
        .slice(1),
      ["partly", "wrong as stated", "partly"],
    );
  });

  it("stops when it is told to", async () => {
    await assert.rejects(fourBits.run(1, { signal: AbortSignal.abort(new Error("stop")) }), /stop/);
  });
});
