import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { bitLabel, cubeEdges, phasePoints, phaseSpace } from "rnn-dynamics/dist/figures/cube";
import { assertClose } from "../helpers/assertions";

const patterns = Array.from({ length: 8 }, (_, i) => [4, 2, 1].map((bit) => (i & bit ? 1 : -1)));
const corners = patterns.map((bits) => ({ bits, state: Float64Array.from([...bits, 7]) }));

/** Drops the fourth coordinate. */
const projection = {
  project: (x: Float64Array | Matrix): Matrix => {
    const rows = x instanceof Float64Array ? Matrix.rowVector(x) : new Matrix(x);
    return rows.subMatrix(0, rows.rows - 1, 0, 2);
  },
};

describe("Fig. 6", () => {
  it("a cube has twelve edges, each between memories one flip apart", () => {
    const edges = cubeEdges(corners);
    assert.equal(edges.length, 12);
    for (const [a, b] of edges) assert.equal(a.bits.filter((bit, k) => bit !== b.bits[k]).length, 1);
  });

  it("draws the edges of the cube where the corners are, and names the memories", () => {
    const { data } = phaseSpace({ projection, corners }, "A claim");
    const [edges, names] = data;
    assert.match(String(edges.name), /^edges/);
    // two ends and a gap for each of twelve edges
    assert.equal((edges.x as number[]).length, 36);
    assert.equal((edges.x as number[]).filter(Number.isNaN).length, 12);
    assert.ok((edges.x as number[]).every((v) => Number.isNaN(v) || Math.abs(v) === 1));
    assert.deepEqual(names.text, patterns.map(bitLabel));
    // beside the corners, away from the middle
    for (const [i, bits] of patterns.entries()) assertClose((names.x as number[])[i], 1.14 * bits[0], 1e-12);
  });

  it("draws every kind of point in its own sign, nothing for a kind that was not found", () => {
    const at = (x: number, kind: "attractor" | "saddle" | "slow point") => ({
      state: Float64Array.of(x, 0, 0, 7),
      kind,
      label: `${kind} at ${x}`,
    });
    const { data } = phaseSpace(
      { projection, points: [at(1, "attractor"), at(0, "saddle"), at(-1, "attractor"), at(5, "slow point")] },
      "A claim",
    );
    assert.deepEqual(
      data.map((trace) => trace.name),
      ["attractor", "saddle", "slow point"],
    );
    assert.equal(new Set(data.map((trace) => trace.marker?.symbol)).size, 3);
    assert.deepEqual(
      (data[0].x as number[]).filter((v) => !Number.isNaN(v)),
      [1, -1],
    );
    assert.equal((data[0].text as string[])[2], "attractor at -1");
  });

  it("tells saddles apart by the number of their unstable modes, all of them diamonds", () => {
    const state = Float64Array.of(1, 0, 0, 7);
    const points = [1, 2, 3, 115, 1].map((modes) => ({ state, kind: "saddle" as const, label: `m = ${modes}`, modes }));
    const { data } = phaseSpace({ projection, points }, "A claim");
    assert.deepEqual(
      data.map((trace) => [trace.name, (trace.x as number[]).filter((v) => !Number.isNaN(v)).length]),
      [
        ["saddle, m = 1", 2],
        ["saddle, m = 2", 1],
        ["saddle, m ≥ 3", 2],
      ],
    );
    assert.equal(new Set(data.map((trace) => trace.marker?.symbol)).size, 1);
    assert.equal(new Set(data.map((trace) => trace.marker?.color)).size, 3);
  });

  it("a trajectory goes under the points, each run shows where it starts", () => {
    const run = new Matrix([
      [2, 2, 0, 7],
      [1, 1, 0, 7],
    ]);
    const { data } = phaseSpace({ projection, trajectory: run, flights: [run, run], points: [] }, "A claim");
    assert.deepEqual(
      data.map((trace) => trace.name),
      ["test trajectory", "runs from chosen starts", "their starts"],
    );
    assert.deepEqual(
      (data[2].x as number[]).filter((v) => !Number.isNaN(v)),
      [2, 2],
    );
  });

  it("names kinds by the number of unstable modes, slow points apart", () => {
    const point = (unstableCount: number) => ({ xStar: Float64Array.of(1, 2, 3), qStar: 1e-3, unstableCount });
    const kinds = phasePoints({ points: [0, 1, 3].map(point), slowPoints: [point(-1)] }).map((p) => p.kind);
    assert.deepEqual(kinds, ["attractor", "saddle", "repeller", "slow point"]);
  });

  it("writes memories with signs", () => {
    assert.equal(bitLabel([1, -1, 0]), "+−0");
  });
});
