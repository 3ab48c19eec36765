import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import { ghostOfSaddleNode, type SolvedFlow, saddleNodeFamily } from "rnn-dynamics/dist/flow/plane";
import { randomRecurrentWeights, simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { createPool } from "rnn-dynamics/dist/pool";
import { findFixedPoints } from "rnn-dynamics/dist/search/find";
import { type FullSearch, findAllFixedPoints, type SearchRound } from "rnn-dynamics/dist/search/find-all";
import { modeCounts } from "rnn-dynamics/dist/search/report";
import { assertRejectsLater } from "../helpers/assertions";
import { decoupledFlipFlop, type FlipFlopFlow, rotatedFlipFlop } from "../oracles/solved-flows";

const rng = createRng("complete search tests");

/** States in rows, as a trajectory that has visited the attractors only. */
function statesNear(points: readonly Float64Array[], name: string): Matrix {
  const draws = rng.split(name);
  return new Matrix(points.map((x) => [...x].map((value) => value + 0.01 * draws.normal())));
}

const cornersOf = (flow: SolvedFlow, isCorner: (x: Float64Array) => boolean): Float64Array[] =>
  flow.fixedPoints.filter(isCorner);

function assertAllFound(flow: SolvedFlow, { points, ended, completeness }: FullSearch): void {
  assert.equal(ended, "no gap found");
  assert.equal(points.length, flow.fixedPoints.length);
  assert.ok(points.every(({ certificate }) => certificate?.isCertified));
  assert.equal(completeness.indexSum, 1);
  const matched = points.map(({ xStar }) =>
    flow.fixedPoints.findIndex((known) => known.every((value, i) => Math.abs(value - xStar[i]) < 1e-9)),
  );
  assert.equal(new Set(matched).size, points.length);
  assert.ok(!matched.includes(-1));
}

function searchPlanted(flow: FlipFlopFlow, name: string): Promise<FullSearch> {
  const corners = cornersOf(flow, (x) => [...flow.bitUnits].every((unit) => x[unit] !== 0));
  const states = statesNear(corners, `${name} states`);
  return findAllFixedPoints(flow, { states, memories: corners, rng: rng.split(name) }, { batch: 40 });
}

describe("findAllFixedPoints", () => {
  for (const units of [12, 64, 300]) {
    it(`finds and certifies the 27 planted in ${units} units, and the 81: 8 + 12 + 6 + 1, 16 + 32 + 24 + 8 + 1`, async () => {
      for (const bits of [3, 4]) {
        const name = `${bits} bits in ${units} units`;
        const flow = decoupledFlipFlop(bits, 2, { units, rng: rng.split(name) });
        const search = await searchPlanted(flow, name);
        assertAllFound(flow, search);
        const counts = Object.values(modeCounts(search.points)).slice(0, bits + 1);
        assert.deepEqual(counts, bits === 3 ? [8, 12, 6, 1] : [16, 32, 24, 8, 1]);
      }
    });
  }

  it("finds the 27 of a rotated field, whose attractors are all it is told of", async () => {
    const half = Math.sqrt(0.5);
    const Q = new Matrix([[half, half, 0], [-0.5, 0.5, half], [0.5, -0.5, half]]); // biome-ignore format: a matrix
    const flow = rotatedFlipFlop(Q, 2);
    const size = Math.max(...flow.fixedPoints.map((x) => Math.hypot(...x)));
    const corners = cornersOf(flow, (x) => Math.hypot(...x) > 0.99 * size);
    assert.equal(corners.length, 8);
    const states = statesNear(corners, "rotated");
    assertAllFound(
      flow,
      await findAllFixedPoints(flow, { states, memories: corners, rng: rng.split("rotated search") }),
    );
  });

  it("goes on from an index sum that is wrong: edge tracking and deflation find what starts do not", async () => {
    const flow = decoupledFlipFlop(2, 1.5, { units: 20, rng: rng.split("two bits") });
    const corners = cornersOf(flow, (x) => [...flow.bitUnits].every((unit) => x[unit] !== 0));
    const states = statesNear(corners, "two bits states");
    const first = await findFixedPoints(flow, corners);
    assert.equal(first.points.length, 4); // what the memories alone lead to
    const rounds: SearchRound[] = [];
    const sources = { states, memories: corners, guesses: corners, rng: rng.split("two bits search") };
    const search = await findAllFixedPoints(flow, sources, { batch: 2, onRound: (round) => rounds.push(round) });
    assertAllFound(flow, search);
    assert.deepEqual(rounds, search.rounds);
    assert.ok(rounds.length > 1);
    assert.equal(rounds[rounds.length - 1].points, 9);
    const kinds = new Set(rounds.flatMap(({ found }) => Object.keys(found)));
    assert.ok(kinds.has("edge") || kinds.has("deflation") || kinds.has("blend"), [...kinds].join(" "));
  });

  it("says when the budget is spent, and when the middle is crowded", async () => {
    const flow = simpleRnnFlow(randomRecurrentWeights(60, 3, rng.split("crowded weights")));
    const draws = rng.split("crowded states");
    const states = new Matrix(Array.from({ length: 40 }, () => Array.from({ length: 60 }, () => 3 * draws.normal())));
    const sources = { states, rng: rng.split("crowded") };
    const poor = await findAllFixedPoints(flow, sources, { batch: 4, maxStarts: 1 });
    assert.equal(poor.ended, "starts spent");
    assert.equal(poor.rounds.length, 1);
    const tired = await findAllFixedPoints(flow, sources, { batch: 4, maxTotalIterations: 1 });
    assert.equal(tired.ended, "iterations spent");
    const crowded = await findAllFixedPoints(flow, sources, { batch: 20, crowdedFrom: 3 });
    assert.equal(crowded.ended, "crowded middle");
    assert.ok(crowded.points.some(({ unstableCount }) => unstableCount > 3));
  });

  it("follows boundaries on beside a crowded middle, and only there; such a set it never calls complete", async () => {
    // ẋ = −2 x (x + 1) (x − 1.2), ẏ = (x² − y)/10, ż = z − z³: motion on the boundary x = 0 takes tens of τ
    const flow: Flow = {
      dimension: 3,
      velocity: ([x, y, z]) => Float64Array.of(-2 * x * (x + 1) * (x - 1.2), (x * x - y) / 10, z - z ** 3),
      jacobian: ([x, , z]) =>
        new Matrix([
          [-6 * x * x + 0.8 * x + 2.4, 0, 0],
          [x / 5, -0.1, 0],
          [0, 0, 1 - 3 * z * z],
        ]),
    };
    const attractors = [-1, 1.2].flatMap((x) => [-1, 1].map((z) => [x, x * x, z]));
    const states = new Matrix([...attractors, [-1, 1, 0], [1.2, 1.44, 0]]); // two saddles are known: m = 1
    const search = (options: object) =>
      findAllFixedPoints(flow, { states, rng: rng.split("slow") }, { batch: 12, ...options });
    const edges = ({ outcomes }: FullSearch): number => outcomes.filter(({ kind }) => kind === "edge").length;
    const calm = await search({});
    const crowded = await search({ crowdedFrom: 0 });
    assert.ok(edges(calm) > 0, "edges were tracked");
    assert.equal(edges(await search({ crowdedFrom: 0, stretches: 0 })), edges(calm));
    assert.ok(edges(crowded) > edges(calm), "and followed on");
    // both have all nine points and the sum 1, which says nothing of a crowded middle
    assert.deepEqual([calm.points.length, calm.ended], [9, "nothing new"]); // no sum is known for this flow
    assert.deepEqual([crowded.points.length, crowded.ended], [9, "crowded middle"]);
  });

  it("never calls a set complete that holds a degenerate point: ẋ = −x + tanh x at the pitchfork", async () => {
    const flow = simpleRnnFlow(new Matrix([[1]]));
    const sources = { states: new Matrix([[0], [1]]), rng: rng.split("pitchfork") };
    const search = await findAllFixedPoints(flow, sources, { batch: 2, maxStarts: 20 });
    assert.deepEqual(search.completeness.degenerate, [0]);
    assert.equal(search.ended, "starts spent");
  });

  it("says which memories rest at a fixed point, and that one rests at none whose search ends far away", async () => {
    const flow = decoupledFlipFlop(1, 1.5, { units: 10, rng: rng.split("resting") });
    const [low, , high] = flow.fixedPoints;
    const near = high.map((v) => v + 1e-4);
    const far = high.map((v) => 0.8 * v);
    const sources = { states: statesNear([low, high], "resting states"), memories: [near, far, low], rng };
    const { memories, points } = await findAllFixedPoints(flow, sources, { batch: 4 });
    assert.equal(memories.length, 3);
    assert.equal(memories[1], -1); // the search from there ends at a fixed point, but that is elsewhere
    for (const [i, place] of [
      [0, high],
      [2, low],
    ] as const) {
      // biome-ignore format: pairs
      assert.ok(points[memories[i]].xStar.every((v, k) => Math.abs(v - place[k]) < 1e-9));
    }
  });

  it("leaves a ghost undecided that moves less than float64 can tell, and does not call the set complete", async () => {
    // ẋ = (μ + x²)(1 − x): the ghost has speed 1e-12, and no certificate; x = 1 is certified
    const states = new Matrix([[-0.1, -0.05], [1.2, 0.6]]); // biome-ignore format: two states
    const sources = { states, memories: [ghostOfSaddleNode(1e-12)], rng: rng.split("ghost") };
    const search = await findAllFixedPoints(saddleNodeFamily(1e-12), sources, { batch: 4, maxStarts: 20 });
    assert.equal(search.undecided.length, 1);
    assert.ok(search.slowPoints[search.undecided[0]].speed <= 1.1e-12);
    assert.deepEqual(search.memories, [-1]);
    assert.equal(search.ended, "starts spent");
    const clear = await findAllFixedPoints(saddleNodeFamily(1e-3), { ...sources, memories: [] }, { batch: 4 });
    assert.deepEqual(clear.undecided, []);
    assert.deepEqual([clear.ended, clear.completeness.verdict], ["nothing new", "unknown"]); // no sum is known
  });

  it("gives the same bits without a pool, with one worker and with two", async () => {
    const flow = decoupledFlipFlop(2, 1.6, { units: 24, rng: rng.split("pooled") });
    const corners = cornersOf(flow, (x) => [...flow.bitUnits].every((unit) => x[unit] !== 0));
    const states = statesNear(corners, "pooled states");
    const run = async (threads: number): Promise<string> => {
      const pool = threads > 0 ? createPool({ threads }) : undefined;
      const sources = { states, memories: corners, rng: createRng("pooled") };
      const { points, outcomes, rounds } = await findAllFixedPoints(flow, sources, { batch: 6, pool });
      await pool?.close();
      return JSON.stringify([points, outcomes, rounds], (_key, value) =>
        value instanceof Float64Array
          ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")
          : value,
      );
    };
    const alone = await run(0);
    assert.equal(await run(1), alone);
    assert.equal(await run(2), alone);
  });

  it("stops at a signal, also what is running in the pool, and reports progress", async () => {
    const flow = decoupledFlipFlop(3, 2, { units: 40, rng: rng.split("stopped") });
    const states = statesNear(
      cornersOf(flow, (x) => x.some((value) => value !== 0)),
      "stopped states",
    );
    for (const pool of [undefined, createPool({ threads: 1 })]) {
      const stop = new AbortController();
      let seen = 0;
      const options = { pool, signal: stop.signal, onProgress: () => { if (++seen === 3) stop.abort(); } }; // biome-ignore format: one thing
      const stopped = findAllFixedPoints(flow, { states, rng: rng.split("stopped search") }, options);
      await assert.rejects(stopped, { name: "AbortError" });
      assert.ok(seen >= 3);
      await pool?.close();
    }
  });

  it("says what is wrong with its arguments", async () => {
    const flow = decoupledFlipFlop(1, 2);
    const states = new Matrix([[1]]);
    const all = (sources: object, options?: object) => findAllFixedPoints(flow, sources as never, options as never);
    await assertRejectsLater(() => all({ rng }), /findAllFixedPoints: sources has no field "states"|sources/);
    await assertRejectsLater(() => all({ states: new Matrix([[1, 2]]), rng }), /sources\.states/);
    await assertRejectsLater(
      () => all({ states, rng, memories: [Float64Array.of(1, 2)] }),
      /findAllFixedPoints: sources\.memories\[0\] has length 2, expected 1/,
    );
    await assertRejectsLater(
      () => all({ states, rng }, { batch: 0 }),
      /findAllFixedPoints: batch is 0, expected an integer ≥ 1/,
    );
    await assertRejectsLater(() => all({ states, rng }, { pool: 3 }), /findAllFixedPoints: pool is 3, expected a pool/);
    await assertRejectsLater(() => findAllFixedPoints(3 as unknown as Flow, { states, rng }), /flow is 3/);
  });
});
