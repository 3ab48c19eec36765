import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { createRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import { type MixedStartsOptions, mixedStarts, type StartKind } from "rnn-dynamics/dist/search/starts";
import { assertClose, assertRejects } from "../helpers/assertions";

const states = new Matrix(Array.from({ length: 50 }, (_, t) => [t, -t, (t * t) / 50]));
const corners = [1, -1].flatMap((a) => [1, -1].flatMap((b) => [1, -1].map((c) => Float64Array.of(a, b, c))));
const rng = () => createRng("starts tests");
const countOf = (starts: { kind: StartKind }[], kind: StartKind) => starts.filter((s) => s.kind === kind).length;

describe("mixedStarts", () => {
  it("draws half from the trajectory, half with noise, and adds the origin", () => {
    const starts = mixedStarts(states, { rng: rng() });
    assert.deepEqual(
      ["trajectory", "noise", "origin"].map((kind) => countOf(starts, kind as StartKind)),
      [10, 10, 1],
    );
    const rows = states.to2DArray().map((row) => row.join());
    const drawn = starts.filter((s) => s.kind === "trajectory").map((s) => s.x.join());
    assert.ok(drawn.every((row) => rows.includes(row)));
    assert.equal(new Set(drawn).size, 10, "no row twice");
    assert.ok(starts.filter((s) => s.kind === "noise").every((s) => !rows.includes(s.x.join())));
    assert.deepEqual([...starts[20].x], [0, 0, 0]);
  });

  it("repeats rows only when there are not enough", () => {
    const few = new Matrix([
      [1, 2],
      [3, 4],
    ]);
    const starts = mixedStarts(few, { rng: rng(), count: 6, noisyPart: 0, origin: false });
    assert.equal(starts.filter((s) => s.x[0] === 1).length, 3);
  });

  it("scales the noise by the spread of the states, level by level", () => {
    const still = new Matrix(Array.from({ length: 400 }, (_, t) => [t % 2 === 0 ? 2 : -2])); // spread 2
    const starts = mixedStarts(still, { rng: rng(), count: 4000, noisyPart: 1, noise: [0.1, 0.5], origin: false });
    for (const [k, level] of [0.1, 0.5].entries()) {
      const shifts = starts.filter((_, i) => i % 2 === k).map((s) => Math.abs(Math.abs(s.x[0]) - 2));
      const rms = Math.sqrt(shifts.reduce((sum, d) => sum + d * d, 0) / shifts.length);
      assertClose(rms, 2 * level, 0.06); // 2000 draws: 1.6 % standard error
    }
  });

  it("puts centroids where edges, faces and the centre of the corners are", () => {
    const starts = mixedStarts(states, { rng: rng(), count: 0, corners, origin: false });
    assert.ok(starts.every((s) => s.kind === "centroid"));
    assert.ok(starts.length > 28 && starts.length <= 64);
    const has = (...x: number[]) => starts.some((s) => s.x.every((value, i) => Math.abs(value - x[i]) < 1e-12));
    assert.ok(has(0, 0, 0), "the centre");
    assert.deepEqual([...starts[0].x], [0, 0, 0]);
    assert.ok(has(1, 1, 0) || has(1, 0, 1) || has(0, 1, 1), "an edge");
    assert.equal(mixedStarts(states, { rng: rng(), count: 0, corners, centroids: 5, origin: false }).length, 5);
  });

  it("takes lattice points as they are", () => {
    const lattice = [Float64Array.of(1, 2, 3)];
    const starts = mixedStarts(states, { rng: rng(), count: 0, lattice, origin: false });
    assert.deepEqual(starts, [{ x: Float64Array.of(1, 2, 3), kind: "lattice" }]);
    assert.notEqual(starts[0].x, lattice[0]);
  });

  it("mirrors every start but the origin", () => {
    const starts = mixedStarts(states, { rng: rng(), count: 4, mirror: true });
    assert.equal(countOf(starts, "mirror"), 4);
    for (let i = 0; i < 4; i++)
      assertClose(
        starts[5 + i].x,
        starts[i].x.map((value) => -value),
        0,
      );
  });

  it("is reproducible, and one kind does not change another", () => {
    const plain = mixedStarts(states, { rng: rng() });
    assert.deepEqual(mixedStarts(states, { rng: rng() }), plain);
    const more = mixedStarts(states, { rng: rng(), corners, mirror: true });
    assert.deepEqual(
      more.filter((s) => s.kind === "noise"),
      plain.filter((s) => s.kind === "noise"),
    );
  });

  it("gives finite starts for any shape and count", () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(
        shape,
        fc.nat(12),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([rows, columns], count, noisyPart) => {
          const starts = mixedStarts(Matrix.ones(rows, columns), { rng: rng(), count, noisyPart, mirror: true });
          assert.equal(starts.length, 2 * count + 1);
          assert.ok(starts.every((s) => s.x.length === columns && s.x.every(Number.isFinite)));
        },
      ),
    );
  });

  it("says what is wrong with its arguments", () => {
    const bad = (options: Partial<MixedStartsOptions>) => () => mixedStarts(states, { rng: rng(), ...options });
    assertRejects(bad({ count: -1 }), "mixedStarts: count is -1, expected an integer ≥ 0");
    assertRejects(bad({ noisyPart: 2 }), "mixedStarts: noisyPart is 2, expected at most 1");
    assertRejects(bad({ noise: [] }), "mixedStarts: noise has length 0, expected at least one level, or noisyPart 0");
    assertRejects(bad({ lattice: [new Float64Array(2)] }), "mixedStarts: lattice[0] has length 2, expected 3");
    assertRejects(() => mixedStarts(states, {} as { rng: Rng }), /^mixedStarts: rng/);
    assertRejects(() => mixedStarts(undefined as unknown as Matrix, { rng: rng() }), /^mixedStarts: states/);
  });
});
