import { Matrix } from "ml-matrix";
import { checkEchoState, type EchoState } from "../network/echo-state";
import type { Snapshot } from "../network/force";
import { eigentripleNear } from "../search/saddles";
import { reject } from "../wasm/check";
import { type Factorization, factorize } from "../wasm/lu";
import { dot, norm, toRowMajor } from "../wasm/vector";
import { checkSnapshots } from "./family";

/** A real eigenvalue of the origin that passes through zero during training, and the pair of fixed points that this makes. */
export interface OriginCrossing {
  /** Where, in training steps, on the straight line between the two snapshots around it. */
  readonly parameter: number;
  /** "loss": the origin gains an unstable mode as training goes on; "gain": it loses one. */
  readonly change: "loss" | "gain";
  /** λ′, by which the eigenvalue grows at the crossing, per τ and step. */
  readonly growth: number;
  /** κ of the normal form ξ̇ = λ′(p − p₀) ξ + κ ξ³; below zero the pitchfork is supercritical. */
  readonly cubic: number;
  /** "born" or "dies": what the pair ±ξ v does as training goes on. */
  readonly pair: "born" | "dies";
  /** v, the direction along which the pair lies, (N), unit length, sum ≥ 0. */
  readonly direction: Float64Array;
}

/** Sign changes are looked for between so many points of each interval; two crossings closer than this are not seen. */
const pieces = 32;

/**
 * Where in training real eigenvalues of the origin pass through zero, from determinants as small as the output.
 *
 * The origin is a fixed point throughout (F is odd), with J = −I + Wr + Wfb Wo. Only the last term is trained, so
 *
 *     det(−J) = det(I − Wr) · D,      D = det(I_O − Wo (I − Wr)⁻¹ Wfb)      [matrix determinant lemma]
 *
 * and with three outputs J is singular where a 3×3 determinant is zero: one factorisation serves the whole training. From
 * its null vectors c and d come those of J: v = (I − Wr)⁻¹ Wfb c, w = (I − Wr)⁻ᵀ Woᵀ d. With wᵀv = 1 the flow along v is
 *
 *     ξ̇ = λ′(p − p₀) ξ + κ ξ³,      κ = −⅓ Σ wᵢ vᵢ³,      λ′ = wᵀ Wfb (dWo/dp) v
 *
 * There is no ξ² (tanh″(0) = 0): each simple crossing is a pitchfork, never transcritical. Complex pairs that cross are
 * not seen here.
 *
 * @param net the network, for everything but the readout; tanh
 * @param snapshots readouts by ascending step, as from `trainForce`; at least two
 * @returns crossings by ascending parameter
 * @throws RangeError if the network is not odd, a readout does not fit, or I − Wr is singular
 */
export function originCrossings(net: EchoState, snapshots: readonly Snapshot[]): OriginCrossing[] {
  return withReduced("originCrossings", net, snapshots, (small, factors, columns) => {
    const found: OriginCrossing[] = [];
    for (let i = 1; i < snapshots.length; i++) {
      const mixture = (share: number) => mixed(small[i - 1], small[i], share);
      const between = [snapshots[i - 1], snapshots[i]] as const;
      for (const share of rootsOf((s) => mixture(s).det())) {
        const crossing = crossingAt(net, between, share, mixture(share).D, factors, columns);
        if (crossing) found.push(crossing);
      }
    }
    return found;
  });
}

/**
 * Dates of the origin in training: steps whose readout gives det J(0) another sign than the readout before has.
 *
 * The sign is that of D (see `originCrossings`) beside the untrained network's: Wo = 0 has D = 1. It is taken from the
 * readouts that the training had, with nothing in between: with a snapshot at each step these are dates of the training,
 * where `originCrossings` dates the straight line from one snapshot to the next. At a date an odd number of real eigenvalues
 * has passed zero; an even number, and complex pairs, leave the sign as it is and are not seen: only the number of unstable
 * modes tells (`stability`). A readout with D = 0 has no sign; the next that has one decides.
 *
 * @param net the network, for everything but the readout; tanh
 * @param snapshots readouts by ascending step, as from `trainForce`; at least two
 * @returns steps, ascending
 * @throws RangeError if the network is not odd, a readout does not fit, or I − Wr is singular
 */
export function originDates(net: EchoState, snapshots: readonly Snapshot[]): number[] {
  return withReduced("originDates", net, snapshots, (small) => {
    let last = 0;
    return snapshots.flatMap(({ step }, i) => {
      const sign = Math.sign(determinant(small[i].to2DArray()));
      const isOther = sign * last < 0;
      if (sign !== 0) last = sign;
      return isOther ? [step] : [];
    });
  });
}

/** Calls with D of each snapshot, the factors of I − Wr, and the columns of (I − Wr)⁻¹ Wfb. */
function withReduced<R>(
  where: string,
  net: EchoState,
  snapshots: readonly Snapshot[],
  use: (small: readonly Matrix[], factors: Factorization, columns: readonly Float64Array[]) => R,
): R {
  checkEchoState(where, net);
  if (net.activation !== "tanh") reject(where, "activation", `is "${net.activation}"`, '"tanh": F must be odd');
  checkSnapshots(where, net, snapshots);
  const factors = factorize(identityMinus(net.Wr), net.units, { inPlace: true });
  try {
    if (factors.isSingular) reject(where, "I − Wr", "is singular", "a reservoir without the eigenvalue 1");
    const columns = net.Wfb.transpose()
      .to2DArray()
      .map((column) => factors.solve(Float64Array.from(column)));
    const small = snapshots.map(({ Wo }) => reduced(Wo, columns));
    return use(small, factors, columns);
  } finally {
    factors.release();
  }
}

function identityMinus(Wr: Matrix): Float64Array {
  const A = toRowMajor(Wr).map((w) => -w);
  for (let i = 0; i < Wr.rows; i++) A[i * (Wr.rows + 1)] += 1;
  return A;
}

/** I − Wo (I − Wr)⁻¹ Wfb, (O×O). */
function reduced(Wo: Matrix, columns: readonly Float64Array[]): Matrix {
  const rows = Wo.to2DArray().map((row) => Float64Array.from(row));
  return new Matrix(rows.map((row, i) => columns.map((column, j) => (i === j ? 1 : 0) - dot(row, column))));
}

function mixed(a: Matrix, b: Matrix, share: number): { D: Matrix; det(): number } {
  const D = Matrix.add(a, Matrix.sub(b, a).mul(share));
  return { D, det: () => determinant(D.to2DArray()) };
}

/** By elimination with pivots; O is small. */
function determinant(rows: number[][]): number {
  let product = 1;
  for (let k = 0; k < rows.length; k++) {
    let pivot = k;
    for (let i = k + 1; i < rows.length; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[pivot][k])) pivot = i;
    if (rows[pivot][k] === 0) return 0;
    if (pivot !== k) {
      [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
      product = -product;
    }
    product *= rows[k][k];
    for (let i = k + 1; i < rows.length; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < rows.length; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return product;
}

/** Places in (0, 1] where a function changes its sign, to the last bit. */
function rootsOf(f: (s: number) => number): number[] {
  const roots: number[] = [];
  let [from, sign] = [0, Math.sign(f(0))];
  for (let k = 1; k <= pieces; k++) {
    const to = k / pieces;
    const next = Math.sign(f(to));
    if (next === 0) continue;
    if (sign !== 0 && next !== sign) {
      let [a, b] = [from, to];
      for (let halving = 0; halving < 60; halving++) {
        const middle = a + (b - a) / 2;
        if (Math.sign(f(middle)) === sign) a = middle;
        else b = middle;
      }
      roots.push(b);
    }
    [from, sign] = [to, next];
  }
  return roots;
}

/** The crossing at a share of the way between two snapshots; undefined if its null vectors cannot be told. */
function crossingAt(
  net: EchoState,
  [before, after]: readonly [Snapshot, Snapshot],
  share: number,
  D: Matrix,
  factors: Factorization,
  columns: readonly Float64Array[],
): OriginCrossing | undefined {
  // inverse iteration wants a shift beside the eigenvalue, which is zero
  const triple = eigentripleNear(toRowMajor(D), net.outputs, 1e-9);
  if (!triple) return undefined;
  const long = combination(columns, triple.right);
  const v = long.map((entry) => entry / (norm(long) * (long.reduce((sum, x) => sum + x, 0) < 0 ? -1 : 1)));
  const change = Matrix.sub(after.Wo, before.Wo);
  const rowsOf = (m: Matrix) => m.to2DArray().map((row) => Float64Array.from(row));
  const readout = rowsOf(Matrix.add(before.Wo, Matrix.mul(change, share)));
  const left = factors.solveTransposed(combination(readout, triple.left));
  const overlap = dot(left, v);
  if (overlap === 0) return undefined;
  const w = left.map((entry) => entry / overlap);
  const span = after.step - before.step;
  const fedBack = combination(
    net.Wfb.transpose()
      .to2DArray()
      .map((column) => Float64Array.from(column)),
    Float64Array.from(rowsOf(change), (row) => dot(row, v) / span),
  );
  const growth = dot(w, fedBack);
  const cubic =
    -dot(
      w,
      v.map((entry) => entry * entry * entry),
    ) / 3;
  return {
    parameter: before.step + share * span,
    change: growth > 0 ? "loss" : "gain",
    growth,
    cubic,
    pair: growth * cubic < 0 ? "born" : "dies",
    direction: v,
  };
}

function combination(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, k) => {
    for (let i = 0; i < sum.length; i++) sum[i] += weights[k] * vector[i];
  });
  return sum;
}
