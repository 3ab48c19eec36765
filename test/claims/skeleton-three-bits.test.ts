import assert from "node:assert/strict";
import { Matrix } from "ml-matrix";
import { threeBitSkeletons, threeBits } from "rnn-claims/dist/04";
import { replicatedRuns, shippedResult } from "rnn-claims/dist/study";
import { memoryTable } from "rnn-dynamics/dist/memory/table";
import { createEchoState, echoStateFlow } from "rnn-dynamics/dist/network/echo-state";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { findAllFixedPoints } from "rnn-dynamics/dist/search/find-all";
import { openSkeleton, skeletonOf } from "rnn-dynamics/dist/search/kept-search";
import { modeCounts } from "rnn-dynamics/dist/search/report";

/** Three units that keep their signs, ẋ = −x + 2 tanh x: 27 fixed points, known in closed form. */
const network = {
  ...createEchoState({ units: 3, inputs: 3, outputs: 3, gain: 0, rng: createRng(1) }),
  Wr: Matrix.eye(3).mul(2),
  Wfb: Matrix.zeros(3, 3),
  Wo: Matrix.eye(3),
  B: Matrix.eye(3).mul(5),
};

describe("a search that is kept", () => {
  const flow = echoStateFlow(network);

  it("opens with the same points, kinds, rounds and judgement, through JSON", async () => {
    const input = Matrix.rand(500, 3, { random: () => 0 });
    const { states } = simulate(network, input, { x0: Float64Array.of(0.3, -0.2, 0.1), record: 5 });
    const memories = memoryTable(network, { clamp: 11 }).map(({ state }) => state);
    assert.ok(states);
    const search = await findAllFixedPoints(flow, { states, memories, rng: createRng(1) });
    const kept = JSON.parse(JSON.stringify(skeletonOf(search, flow)));
    const opened = await openSkeleton(kept, flow);
    assert.deepEqual(modeCounts(opened.points), modeCounts(search.points));
    opened.points.forEach(({ xStar, index, certificate, hits }, i) => {
      const found = search.points[i];
      assert.deepEqual(
        xStar.map((v) => v + 0),
        found.xStar.map((v) => v + 0),
      );
      assert.deepEqual([index, hits, certificate?.isCertified], [found.index, found.hits, true]);
    });
    assert.deepEqual(opened.completeness, search.completeness);
    assert.deepEqual([opened.rounds, opened.ended], [search.rounds, search.ended]);
    assert.equal(opened.outcomes.length, search.outcomes.length);
  });

  it("is refused by another network, and if a place is no fixed point", async () => {
    const kept = shippedResult(threeBitSkeletons).gentle;
    await assert.rejects(openSkeleton(kept, flow), {
      name: "RangeError",
      message: "openSkeleton: a place has length 1000, expected 3, as the flow",
    });
    const places = [
      { at: Buffer.from(Float64Array.of(1, 0, 0).buffer).toString("base64"), modes: 0, leading: [-1, 0], hits: 1 },
    ];
    await assert.rejects(openSkeleton({ ...kept, points: places } as never, flow), /is no such fixed point/);
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("stop"));
    await assert.rejects(threeBitSkeletons.run(1, { signal }), /stop/);
    const places = [
      { at: Buffer.from(new Float64Array(3).buffer).toString("base64"), modes: 3, leading: [1, 0], hits: 1 },
    ];
    const kept = { ...shippedResult(threeBitSkeletons).strong, points: places } as never;
    await assert.rejects(openSkeleton(kept, flow, { signal }), /stop/);
  });
});

describe("the whole searches that ship", () => {
  const shipped = shippedResult(threeBitSkeletons);

  it("are the ones that the ledger judges: as many points of each kind, as many saddles", async () => {
    const [{ verdicts, counts, ended, indexSum }] = replicatedRuns(threeBits).map(({ result }) => result);
    const { strong } = shipped;
    assert.deepEqual(modeCounts(strong.points.map(({ modes }) => ({ unstableCount: modes }))), counts);
    assert.equal(
      strong.points.reduce((sum, { modes }) => sum + (modes % 2 === 0 ? 1 : -1), 0),
      indexSum,
    );
    assert.equal(strong.ended, ended);
    const saddles = counts["m = 1"];
    const c9 = verdicts.find(({ claim }) => claim === "C9")?.statistic ?? "";
    assert.match(c9, new RegExp(`of ${saddles} index-1 saddles`));
  });
});
