import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Matrix } from "ml-matrix";
import { stability } from "rnn-dynamics/dist/flow/stability";
import { createEchoState, type EchoState, echoStateFlow, withReadout } from "rnn-dynamics/dist/network/echo-state";
import { saveNpy } from "rnn-dynamics/dist/network/npy";
import { simulate } from "rnn-dynamics/dist/network/simulate";
import { loadWeights, saveWeights, type WeightFiles } from "rnn-dynamics/dist/network/weights";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { tanh } from "rnn-dynamics/dist/wasm/elementary";
import { assertClose } from "../helpers/assertions";

const matrices = ["Wr", "Wfb", "Wo", "B"] as const;

describe("network/weights", () => {
  let folder: string;
  let net: EchoState;
  let files: Required<WeightFiles>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-weights-"));
    const rng = createRng("weights");
    const drawn = createEchoState({ units: 12, inputs: 2, outputs: 3, gain: 1.1, tau: 7, rng });
    const readout = Array.from({ length: 36 }, () => rng.normal());
    net = withReadout(drawn, Matrix.from1DArray(3, 12, readout));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    files = saveWeights(join(folder, "net"), net);
  });
  const npy = (name: string, rows: number[][]): string => {
    const file = join(folder, `${name}.npy`);
    saveNpy(file, new Matrix(rows));
    return file;
  };
  const json = (contents: unknown): string => {
    const file = join(folder, "net.json");
    writeFileSync(file, typeof contents === "string" ? contents : JSON.stringify(contents));
    return file;
  };

  it("come back from .npy and from JSON as they were, bit for bit, and with them the whole flow", () => {
    const lists = Object.fromEntries(matrices.map((name) => [name, net[name].to2DArray()]));
    const x = net.B.getColumn(0);
    for (const back of [loadWeights(files, { tau: 7 }), loadWeights(json({ ...lists, tau: 7, activation: "tanh" }))]) {
      for (const name of matrices) assert.deepEqual(back[name].to2DArray(), net[name].to2DArray());
      assert.deepEqual([back.units, back.inputs, back.outputs, back.tau], [12, 2, 3, 7]);
      const F = (n: EchoState) => echoStateFlow(n, Float64Array.of(1, -1)).velocity(Float64Array.from(x));
      assert.deepEqual(F(back), F(net));
    }
    assert.deepEqual(readdirSync(join(folder, "net")).sort(), ["B.npy", "Wfb.npy", "Wo.npy", "Wr.npy"]);
  });

  it("say their gain: √N times the deviation of the entries of Wr", () => {
    // ‖Wr‖² = 4 + 4 + 1 + 7 = 16, √N = √2
    const { gain } = loadWeights(
      json({
        Wr: [
          [2, 2],
          [1, Math.sqrt(7)],
        ],
      }),
    );
    assertClose(gain, 4 / Math.SQRT2, 1e-14);
  });

  it("may be incomplete: what is left out is zero, with the shape that fits", () => {
    const shapes = (n: EchoState) => matrices.map((name) => `${n[name].rows}×${n[name].columns}`).join(" ");
    const alone = loadWeights({ Wr: files.Wr });
    assert.equal(shapes(alone), "12×12 12×1 1×12 12×1");
    assert.ok(alone.Wo.norm() + alone.Wfb.norm() + alone.B.norm() === 0);
    assert.equal(shapes(loadWeights({ Wr: files.Wr, Wo: files.Wo })), "12×12 12×3 3×12 12×1");
    assert.equal(shapes(loadWeights({ Wr: files.Wr, Wfb: files.Wfb, B: files.B })), "12×12 12×3 3×12 12×2");
  });

  it("take a vector for the one column of Wfb or B, and for the one row of Wo", () => {
    const one = loadWeights(
      json({
        Wr: [
          [0, 1],
          [2, 3],
        ],
        Wfb: [4, 5],
        Wo: [6, 7],
        B: [8, 9],
      }),
    );
    assert.deepEqual([one.Wfb.to2DArray(), one.Wo.to2DArray(), one.B.to2DArray()], [[[4], [5]], [[6, 7]], [[8], [9]]]);
    assert.deepEqual(loadWeights({ Wr: npy("Wr1", [[2]]), Wo: npy("Wo1", [[3]]) }).Wo.to2DArray(), [[3]]);
  });

  it("are refused by name where shapes do not fit, with a hint where they are the other way round", () => {
    const bad: [WeightFiles, RegExp][] = [
      [
        { ...files, Wr: npy("wide", [[1, 2]]) },
        /loadWeights: Wr of .*wide\.npy has shape \(1, 2\), expected \(1, 1\)$/,
      ],
      [{ ...files, Wo: files.Wfb }, /Wo of .*Wfb\.npy has shape \(12, 3\) \(is it transposed\?\), expected \(3, 12\)$/],
      [{ ...files, Wfb: files.Wo }, /Wfb of .*Wo\.npy has shape \(3, 12\) \(is it transposed\?\), expected \(12, 3\)$/],
      [{ Wr: files.Wr, B: files.Wo }, /B of .*Wo\.npy has shape \(3, 12\) \(is it transposed\?\), expected \(12, 3\)$/],
      [{ ...files, B: npy("B", [[1, 2]]) }, /B of .*B\.npy has shape \(1, 2\), expected \(12, 2\)$/],
    ];
    for (const [given, message] of bad) assert.throws(() => loadWeights(given), message);
  });

  it("are refused where the caller's words do not fit", () => {
    const wrong: [unknown, unknown, RegExp][] = [
      [{ Wo: files.Wo }, undefined, /loadWeights: files\.Wr is missing/],
      [{ ...files, W: files.Wr }, undefined, /files\.W is unknown, expected Wr, Wfb, Wo, B/],
      [{ Wr: 3 }, undefined, /files\.Wr is 3, expected a path/],
      ["net.npy", undefined, /files is net\.npy, expected a \.json file, or \{ Wr/],
      ["", undefined, /files is empty/],
      [files, { tau: 0 }, /tau is 0, expected a finite number, positive/],
      [files, { activation: "relu" }, /activation is "relu", expected "tanh" or "logistic"/],
      [files, { gain: 1 }, /option "gain" is unknown/],
    ];
    for (const [given, options, message] of wrong) {
      assert.throws(() => loadWeights(given as WeightFiles, options as object), message);
    }
  });

  it("are refused where a JSON file is not what it should be", () => {
    const bad: [unknown, RegExp][] = [
      ['{"Wr": [[1', /loadWeights: .*net\.json is not JSON \(/],
      ['{"Wr": [[NaN]]}', /is not JSON \(.*; a NaN, for one, JSON cannot hold/],
      ["[1, 2]", /is not a JSON object/],
      [{}, /Wr is missing/],
      [{ Wr: [[1]], bias: [1] }, /"bias" of .* is unknown, expected Wr, Wfb, Wo, B, tau, activation/],
      [{ Wr: [[1, 2], [3]] }, /Wr of .*, row 1 has length 1, expected 2 numbers/],
      [{ Wr: [[1, 2], 3] }, /Wr of .*net\.json, row 1 is 3, expected 2 numbers/],
      [{ Wr: [null, [1]] }, /Wr of .*net\.json, row 0 is null, expected at least 1 numbers/],
      [{ Wr: [[1, null]] }, /row 0, column 1 is null, expected a number/],
      [{ Wr: [] }, /Wr of .*, expected a list of rows/],
      [{ Wr: [[]] }, /row 0 has length 0, expected at least 1 numbers/],
      ['{"Wr": [[1e999]]}', /has Infinity at row 0, column 0, expected finite numbers/],
      [{ Wr: [[1]], tau: "10" }, /tau of .* "10", expected a finite number, positive/],
      [{ Wr: [[1]], activation: "relu" }, /activation of .* is "relu"/],
    ];
    for (const [contents, message] of bad) assert.throws(() => loadWeights(json(contents)), message);
    assert.throws(() => loadWeights(join(folder, "none.json")), /none\.json cannot be read, there is no such file/);
  });

  it("are taken as Octave writes them: a bare number for a 1×1 matrix, a flat list for one row", () => {
    // jsonencode(struct("Wr", 2.5, "B", [1 2], "Wo", 3, "Wfb", [4; 5])) of Octave 7.3
    const one = loadWeights(json('{"Wr":2.5,"B":[1,2],"Wo":[3,6],"Wfb":[4,5]}'));
    assert.deepEqual([one.units, one.inputs, one.outputs], [1, 2, 2]);
    assert.deepEqual([one.Wr.to2DArray(), one.B.to2DArray()], [[[2.5]], [[1, 2]]]);
    assert.deepEqual([one.Wo.to2DArray(), one.Wfb.to2DArray()], [[[3], [6]], [[4, 5]]]);
    assert.deepEqual(loadWeights(json({ Wr: 2, B: 3, Wo: 4 })).B.to2DArray(), [[3]]);
    assert.throws(
      () =>
        loadWeights(
          json({
            Wr: [
              [1, 2],
              [3, 4],
            ],
            B: 1,
          }),
        ),
      /B of .* has shape \(1, 1\), expected \(2, 1\)/,
    );
  });

  it("of a GRU or an LSTM are told from those of a rate network, in PyTorch's shapes and in Keras'", () => {
    const shape = (rows: number, columns: number) => Array.from({ length: rows }, () => new Array(columns).fill(0.5));
    const bad: [unknown, RegExp][] = [
      [
        shape(9, 3),
        /Wr of .* has shape \(9, 3\), 3 blocks of 3 as in a GRU, expected \(N, N\): it has another equation/,
      ],
      [shape(12, 3), /Wr of .* has shape \(12, 3\), 4 blocks of 3 as in an LSTM, expected \(N, N\)/],
      [shape(3, 9), /Wr of .* has shape \(3, 9\), 3 blocks of 3 as in a GRU/],
      [shape(3, 12), /Wr of .* has shape \(3, 12\), 4 blocks of 3 as in an LSTM/],
      [shape(6, 3), /Wr of .* has shape \(6, 3\), expected \(6, 6\)$/],
    ];
    for (const [Wr, message] of bad) assert.throws(() => loadWeights(json({ Wr })), message);
    assert.throws(() => loadWeights(json({ Wr: shape(3, 3), B: shape(9, 2) })), /\(9, 2\) \(is it of a GRU\?\)/);
    assert.equal(loadWeights(json({ Wr: shape(3, 3), B: shape(3, 9) })).inputs, 9);
  });

  it("under another program's names are told what they are here, a bias a column of B", () => {
    const bad: [object, RegExp][] = [
      [
        { Wr: [[1]], bias_hh_l0: [1] },
        /"bias_hh_l0" of .* is unknown, .*; for a bias: a column of B, np\.column_stack\(\[B, b\]\)/,
      ],
      [{ weight_hh_l0: [[1]] }, /"weight_hh_l0" of .* is unknown, expected Wr, .*; for recurrent weights: Wr$/],
      [{ kernel: [[1]] }, /; for input weights: B$/],
    ];
    for (const [contents, message] of bad) assert.throws(() => loadWeights(json(contents)), message);
    const withBias = { Wr: files.Wr, b: files.B } as unknown as WeightFiles;
    assert.throws(
      () => loadWeights(withBias),
      /files\.b is unknown, expected Wr, Wfb, Wo, B; for a bias: a column of B/,
    );
  });

  it("of a network without time constant run as it does: h ← tanh(W h + B u), exactly, with tau 1", () => {
    const rng = createRng("vanilla");
    const draw = (rows: number, columns: number) =>
      Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal()));
    const [W, U] = [draw(5, 5), draw(5, 2)];
    const vanilla = loadWeights(json({ Wr: W, B: U, Wo: draw(1, 5), tau: 1 }));
    const input = new Matrix(draw(20, 2));
    const { states } = simulate(vanilla, input, { x0: new Float64Array(5), record: 1 });
    let h = [0, 0, 0, 0, 0];
    for (let t = 0; t < 20; t++) {
      for (const [i, hi] of h.entries()) assertClose(tanh(states?.get(t, i) ?? Number.NaN), hi, 1e-12);
      const drive = W.map(
        (row, i) => row.reduce((s, w, j) => s + w * h[j], 0) + U[i][0] * input.get(t, 0) + U[i][1] * input.get(t, 1),
      );
      h = drive.map(tanh);
    }
  });

  it("of a map can be stable as a flow and not as a map: W = −3/2 at the origin", () => {
    const flow = echoStateFlow(loadWeights(json({ Wr: [[-1.5]], tau: 1 })));
    const { kind, spectralRadius } = stability(flow, Float64Array.of(0), { dt: 1 });
    assert.equal(kind, "attractor"); // λ = −1 − 3/2
    assertClose(spectralRadius, 1.5, 1e-15); // 1 + λ = −3/2
  });
});
