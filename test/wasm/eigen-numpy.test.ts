import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { projectFolder } from "rnn-dynamics/dist/places";
import { type Eigenvalues, eigenvaluesOf } from "rnn-dynamics/dist/wasm/eigen";
import { findPython } from "../bench/python";
import { notRun } from "../helpers/not-run";

const EPSILON = 2 ** -52;
const rng = createRng("eigenvalues beside numpy");
const count = 2000;

/** A = D B D⁻¹ with D = 2ᵈ. */
interface Drawn {
  readonly n: number;
  readonly d: number[];
  readonly A: Float64Array;
}

const build = (n: number, entry: (i: number, j: number) => number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, k) => entry(Math.floor(k / n), k % n));
const flat = (n: number, A: Float64Array): Drawn => ({ n, d: new Array(n).fill(0), A });
const scrambled = (n: number, A: Float64Array): Float64Array => {
  const order = rng.permutation(n);
  return build(n, (i, j) => A[order[i] * n + order[j]]);
};
const chance = (p: number): boolean => rng.uniform() < p;

/** The kinds of matrices that networks bring, and those that are hard. */
const kinds: Readonly<Record<string, (n: number) => Drawn>> = {
  dense: (n) =>
    flat(
      n,
      build(n, () => rng.normal(0, 1.5 / Math.sqrt(n))),
    ),
  sparse: (n) => {
    const [p, leak] = [Math.max(1.5 / n, rng.uniform(0, 0.4)), chance(0.5) ? 1 : 0];
    return flat(
      n,
      build(n, (i, j) => (chance(p) ? rng.normal() : 0) - (i === j ? leak : 0)),
    );
  },
  "sparse, of ones": (n) => {
    const p = rng.uniform(1 / n, 3 / n);
    return flat(
      n,
      build(n, () => (chance(p) ? (chance(0.3) ? -1 : 1) : 0)),
    );
  },
  "without a loop": (n) => {
    const size = 10 ** rng.uniform(-3, 3);
    return flat(
      n,
      scrambled(
        n,
        build(n, (i, j) => (i === j ? rng.normal() : j < i && chance(0.5) ? rng.normal(0, size) : 0)),
      ),
    );
  },
  reducible: (n) => {
    const borders = [Math.floor(n * rng.uniform(0.1, 0.4)), Math.floor(n * rng.uniform(0.5, 0.8))];
    const block = (i: number) => borders.filter((b) => b <= i).length;
    return flat(
      n,
      scrambled(
        n,
        build(n, (i, j) => (block(j) <= block(i) ? rng.normal() : 0)),
      ),
    );
  },
  "graded by the units of the activations": (n) => {
    const d = Array.from({ length: n }, () => Math.floor(rng.uniform(-40, 40)));
    const B = build(n, () => rng.normal());
    return { n, d, A: build(n, (i, j) => B[i * n + j] * 2 ** (d[i] - d[j])) };
  },
  "graded by rows": (n) => {
    const ratio = rng.uniform(0.3, 1);
    return flat(
      n,
      build(n, (i) => rng.normal() * ratio ** i),
    );
  },
  "nearly symmetric": (n) => {
    const skew = 10 ** rng.uniform(-16, -1);
    const S = build(n, () => rng.normal());
    return flat(
      n,
      build(n, (i, j) => S[i * n + j] + S[j * n + i] + skew * rng.normal()),
    );
  },
};
const names = Object.keys(kinds);

interface Answer extends Eigenvalues {
  readonly condition: Float64Array;
  readonly size: number;
}

function answersOf(matrices: readonly Drawn[], command: string): Answer[] {
  const folder = mkdtempSync(join(tmpdir(), "rnn-eigenvalues-"));
  try {
    const [input, output] = ["matrices", "answers"].map((name) => join(folder, name));
    writeFileSync(
      input,
      Buffer.concat(matrices.map(({ n, d, A }) => Buffer.from(Float64Array.of(n, ...d, ...A).buffer))),
    );
    const script = join(projectFolder, "test", "wasm", "eigenvalues.py");
    const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
    execFileSync(command, [script, input, output], { env, stdio: ["ignore", "ignore", "pipe"] });
    const bytes = readFileSync(output);
    const all = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    let at = 0;
    return matrices.map(({ n }) => {
      const [re, im, condition, size] = [n, n, n, 1].map((length) => {
        at += length;
        return all.slice(at - length, at);
      });
      return { re, im, condition, size: size[0] };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Above this condition an eigenvalue is one of a cluster that rounding tears apart: single digits mean nothing there. */
const illConditioned = 1e6;

/** Largest distance of a matrix, each eigenvalue in parts of what two good methods may differ by; best matched go first. */
function worstMismatch(ours: Eigenvalues, theirs: Answer): number {
  const n = theirs.re.length;
  const torn = theirs.condition.filter((condition) => condition > illConditioned).length;
  const left = new Set(ours.re.keys());
  let worst = 0;
  for (const i of Array.from(theirs.re.keys()).sort((j, k) => theirs.condition[j] - theirs.condition[k])) {
    let [nearest, gap] = [-1, Number.POSITIVE_INFINITY];
    for (const j of left) {
      const distance = Math.hypot(ours.re[j] - theirs.re[i], ours.im[j] - theirs.im[i]);
      if (distance < gap) [nearest, gap] = [j, distance];
    }
    left.delete(nearest);
    // each is an eigenvalue of B + E, ‖E‖ a few nε‖B‖, which moves it by condition·‖E‖; k that are one, by ‖E‖^(1/k)
    const isTorn = theirs.condition[i] > illConditioned;
    const part = isTorn ? (n * EPSILON) ** (1 / Math.min(torn, 6)) : 10 * n * EPSILON * theirs.condition[i];
    if (gap > 0) worst = Math.max(worst, gap / (part * theirs.size));
  }
  return worst;
}

/** |Σλᵏ − tr Aᵏ| for k = 1 … 4 in parts of k n ε‖B‖ᵏ: clusters count as what they are, whatever their condition. */
function worstPowerSum({ re, im }: Eigenvalues, { n, d, A }: Drawn, size: number): number {
  const B = build(n, (i, j) => (A[i * n + j] / size) * 2 ** (d[j] - d[i]));
  const square = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) square[i * n + j] += B[i * n + k] * B[k * n + j];
  }
  const sums = new Float64Array(5);
  for (let i = 0; i < n; i++) {
    sums[1] -= B[i * n + i];
    for (let j = 0; j < n; j++) {
      sums[2] -= B[i * n + j] * B[j * n + i];
      sums[3] -= square[i * n + j] * B[j * n + i];
      sums[4] -= square[i * n + j] * square[j * n + i];
    }
    let [x, y] = [1, 0];
    for (let k = 1; k <= 4; k++) {
      [x, y] = [(x * re[i] - y * im[i]) / size, (x * im[i] + y * re[i]) / size];
      sums[k] += x;
    }
  }
  return Math.max(...[1, 2, 3, 4].map((k) => Math.abs(sums[k]) / (k * n * EPSILON)));
}

describe("eigenvalues beside numpy", () => {
  it(`agree as sets for ${count} matrices of ${names.length} kinds, N ≤ 60`, function () {
    const python = findPython();
    if ("missing" in python) notRun(this, python.missing.replace("not run: ", ""));
    const matrices = Array.from({ length: count }, (_, k) =>
      kinds[names[k % names.length]](1 + Math.floor(60 * rng.uniform() ** 1.5)),
    );
    const answers = answersOf(matrices, python.command);
    for (const [k, drawn] of matrices.entries()) {
      const { n, A } = drawn;
      const ours = eigenvaluesOf(A, n);
      const theirs = answers[k];
      const which = `matrix ${k}, ${names[k % names.length]}, N ${n}`;
      if (theirs.size === 0)
        assert.ok(
          [...ours.re, ...ours.im].every((part) => part === 0),
          which,
        );
      else {
        const mismatch = worstMismatch(ours, theirs);
        assert.ok(mismatch < 1, `${which}: ${mismatch} times what may be`);
        const sum = worstPowerSum(ours, drawn, theirs.size);
        assert.ok(sum < 10, `${which}: a power sum is off by ${sum}`);
      }
      if (names[k % names.length] === "without a loop") {
        const diagonal = Float64Array.from({ length: n }, (_, i) => A[i * n + i]);
        assert.deepEqual(ours.re, diagonal.sort().reverse(), which);
        assert.ok(ours.im.every((y) => y === 0));
      }
    }
  });
});
