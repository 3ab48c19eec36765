import assert from "node:assert/strict";
import {
  C20,
  type DriftSearch,
  driftingFlow,
  driftSearches,
  type GhostSearch,
  ghostDistances,
  ghostSearches,
} from "rnn-claims/dist/01-ghosts";
import { C19 } from "rnn-claims/dist/04";
import { ghostOfSaddleNode, saddleNodeFamily } from "rnn-dynamics/dist/flow/plane";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { certify } from "rnn-dynamics/dist/search/certify";

const machine = { processor: "a processor", threads: 2 };
const timed = (seconds: number, points: number, seed = 1) => ({ seed, result: { seconds, points, machine } });

describe("claim C19 [J15 §10.3]", () => {
  it("scales the time of a search to 20 points and takes the median over seeds", () => {
    const verdict = C19([timed(40, 40, 1), timed(300, 30, 2), timed(60, 20, 3)]);
    assert.match(verdict.statistic, /^60 s for 20 fixed points.*\(20–200 s\), 2 threads of a processor$/);
    assert.equal(verdict.verdict, "reproduced");
    assert.deepEqual(verdict.seeds, [1, 2, 3]);
  });

  it("turns at three minutes and at nine", () => {
    const { seconds, machineFactor } = C19.limits;
    assert.equal(C19([timed(seconds, 20)]).verdict, "reproduced");
    assert.equal(C19([timed(seconds + 1, 20)]).verdict, "partly");
    assert.equal(C19([timed(machineFactor * seconds, 20)]).verdict, "partly");
    assert.equal(C19([timed(machineFactor * seconds + 1, 20)]).verdict, "not reproduced");
  });

  it("refuses a search that found nothing, and no search at all", () => {
    assert.throws(() => C19([]), /C19: data has length 0, expected at least 1/);
    assert.throws(() => C19([timed(10, 0)]), /C19: data\[0\]\.result\.points is 0/);
  });
});

describe("claim C20 [J15 §9.1]", () => {
  const places = { certified: 20, undecided: 0, slowCertified: 0 };
  const network = (change: Partial<typeof places>) => ({ seed: 1, result: { certificates: { ...places, ...change } } });
  const ghost = (change: Partial<GhostSearch> = {}): GhostSearch => ({
    mu: 1e-14,
    ghostQ: 5e-29,
    known: 1,
    found: 1,
    falselyCertified: 0,
    ...change,
  });
  const drifting = (falselyCertified = 0): DriftSearch[] => [{ units: 5, drift: 1e-3, falselyCertified }];
  const judge = (one: Partial<typeof places>, other: Partial<GhostSearch> = {}, drift = drifting()) => {
    const planar = [ghost(other), ghost({ mu: 0.01, ghostQ: 5e-5 })];
    return C20({ networks: [network(one)], planar, drifting: drift });
  };

  it("is refuted where certificates decide and are never wrong; q alone is fooled by the near ghost", () => {
    const { verdict, statistic } = judge({});
    assert.equal(verdict, "not reproduced");
    assert.match(
      statistic,
      /100\.0 % of 20 places .* 2 of 2 fixed .* 1 flows that drift everywhere, or 2 ghosts, .* would let 1 pass$/,
    );
  });

  it("stands where a certificate is wrong, or half is undecided; what lies between is partly", () => {
    assert.equal(judge({ slowCertified: 1 }).verdict, "reproduced");
    assert.equal(judge({}, { falselyCertified: 1 }).verdict, "reproduced");
    assert.equal(judge({}, {}, drifting(1)).verdict, "reproduced");
    assert.equal(judge({ undecided: 21 }).verdict, "reproduced");
    assert.equal(judge({ undecided: 2 }).verdict, "partly");
    assert.equal(judge({}, { known: 3, found: 2 }).verdict, "partly");
    assert.equal(judge({ certified: 0, undecided: 0 }).verdict, "reproduced"); // nothing decided is no proof
    assert.throws(
      () => judge({ undecided: Number.NaN }),
      /C20: data\.networks\[0\]\.result\.certificates\.undecided is NaN, expected an integer/,
    );
  });

  it("gives no certificate at a ghost however small its q, and one to each of the pair across the bifurcation", () => {
    for (const mu of [1e-1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15]) {
      assert.ok(!certify(saddleNodeFamily(mu), ghostOfSaddleNode(mu)).isCertified, `ghost at ${mu}`);
      if (mu < 1e-12) continue; // nearer than that the rounding of √μ is what decides
      for (const x of saddleNodeFamily(-mu).fixedPoints) {
        assert.ok(certify(saddleNodeFamily(-mu), x).isCertified, `pair at ${-mu}`);
      }
    }
  });

  it("is measured on searches next to ghosts that find every known point and nothing else", async () => {
    const searches = await ghostSearches(7);
    assert.equal(searches.filter(({ ghostQ }) => ghostQ > 0).length, ghostDistances.length);
    assert.ok(searches.some(({ mu }) => mu < 0));
    for (const { known, found, falselyCertified, ghostQ, mu } of searches) {
      assert.equal(found, known);
      assert.equal(falselyCertified, 0);
      // q = ½ μ² to first order: the slow unit's own speed is of second order
      if (mu > 0) assert.ok(Math.abs(ghostQ / ((mu * mu) / 2) - 1) < 2 * mu, `${ghostQ} at ${mu}`);
    }
  });

  it("is counter-checked on flows that drift through everywhere, v·F = e: nothing is certified", async () => {
    const searches = await driftSearches(7);
    assert.equal(searches.length, 16);
    assert.deepEqual([...new Set(searches.map(({ falselyCertified }) => falselyCertified))], [0]);
    // the flow is what it says: moving x along u changes nothing, so that nothing stops the drift
    const rng = createRng("a drifting flow");
    const flow = driftingFlow(6, 1e-3, rng.split("flow"));
    const J = flow.jacobian(new Float64Array(6));
    const eigenvalues = stability(flow, new Float64Array(6)).eigenvalues.re;
    assert.ok(Math.abs(eigenvalues[0]) < 1e-14 && Math.abs(eigenvalues[5] + 1) < 1e-12);
    assert.ok(Math.abs(J.trace() + 5) < 1e-12);
  });
});
