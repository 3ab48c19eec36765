import { type AbstractMatrix, EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { checkCount, checkMatrix, checkShape, checkVector, reject } from "../wasm/check";
import { releaseWasmArray, wasmArray } from "../wasm/memory";
import { dot, multiplyInto, multiplyTransposedInto, norm, toMatrix, toRowMajor } from "../wasm/vector";
import { createRng } from "./random";
import { angleInDegrees } from "./statistics";

/** The part of a vector outside what an orthonormal basis spans: Gram–Schmidt, twice, for once leaves rounding behind. */
export function outsideOf(basis: readonly Float64Array[], vector: Float64Array): Float64Array {
  const v = vector.slice();
  for (const _pass of [1, 2]) {
    for (const b of basis) {
      const overlap = dot(b, v);
      for (let i = 0; i < v.length; i++) v[i] -= overlap * b[i];
    }
  }
  return v;
}

/**
 * All singular values of a small matrix, largest first.
 *
 * The number of them above rounding (about 1e-15 σ₁ √N) is the rank. By ml-matrix, in time ∝ N³: a second at N = 200.
 *
 * @param A any shape
 * @returns σ₁ ≥ σ₂ ≥ … ≥ 0, as many as the smaller side
 * @throws RangeError if A is empty or holds a NaN
 */
export function singularValuesOf(A: Matrix): Float64Array {
  checkMatrix("singularValuesOf", "A", A);
  const options = { computeLeftSingularVectors: false, computeRightSingularVectors: false, autoTranspose: true };
  const values = new SingularValueDecomposition(A, options).diagonal;
  return Float64Array.from(values).sort().reverse();
}

/** A column whose part outside the earlier ones is this small beside it adds no direction. */
const dependent = 1e-10;

/**
 * An orthonormal basis of what the columns of a matrix span, by Gram–Schmidt, twice.
 *
 * @param A columns, (N×p), linearly independent
 * @returns (N×p), the first k columns spanning what the first k of A span
 * @throws RangeError if A is empty or not finite, or its columns are linearly dependent
 */
export function orthonormalColumns(A: Matrix): Matrix {
  checkMatrix("orthonormalColumns", "A", A);
  const basis: Float64Array[] = [];
  for (let k = 0; k < A.columns; k++) {
    const column = Float64Array.from(A.getColumn(k));
    const v = outsideOf(basis, column);
    const left = norm(v);
    if (!(left > dependent * norm(column))) {
      reject("orthonormalColumns", `column ${k} of A`, "depends on the columns before it", "linearly independent ones");
    }
    basis.push(v.map((value) => value / left));
  }
  return new Matrix(basis).transpose();
}

/**
 * Principal angles between two subspaces, in degrees.
 *
 *     cos θ₁ = largest cosine between a vector of one and a vector of the other;  cos θ₂ the same among what is orthogonal
 *     to both of these;  and so on:  cos θₖ = σₖ(Qᴀᵀ Qʙ)
 *
 * All 0 if the smaller subspace lies in the larger, all 90 if they are orthogonal. Two random subspaces of few dimensions
 * in a space of many are nearly orthogonal: three in a thousand have angles above 85°. Small angles come from their sines,
 * σ((I − Qᴀ Qᴀᵀ) Qʙ), since a cosine near 1 has lost them [Björck & Golub 1973].
 *
 * @param A columns that span one subspace, (N×p)
 * @param B columns that span the other, (N×q)
 * @returns min(p, q) angles, ascending
 * @throws RangeError if a matrix is empty or not finite, or its columns are dependent, or the rows differ in number
 */
export function principalAngles(A: Matrix, B: Matrix): Float64Array {
  checkMatrix("principalAngles", "A", A);
  checkMatrix("principalAngles", "B", B, A.rows);
  const [wide, narrow] = A.columns >= B.columns ? [A, B] : [B, A];
  const [Q, R] = [orthonormalColumns(wide), orthonormalColumns(narrow)];
  const inside = Q.transpose().mmul(R);
  const outside = Matrix.sub(R, Q.mmul(inside));
  const cosines = singularValuesOf(inside);
  const sines = singularValuesOf(outside).reverse();
  return cosines.map((cosine, k) => angleInDegrees(sines[k], cosine));
}

export interface PrincipalComponents {
  /** Mean of the rows, (N). */
  readonly mean: Float64Array;
  /** Orthonormal columns, (N×k), each with Σ entries ≥ 0. */
  readonly axes: Matrix;
  /** Variance along each axis, falling, (k). */
  readonly variances: Float64Array;
  /** Part of the total variance along each axis, (k); 0 if nothing varies. */
  readonly explained: Float64Array;
  /** Coordinates along the axes, of one point (N) → (1×k) or of rows (T×N) → (T×k). */
  project(points: Float64Array | AbstractMatrix): Matrix;
}

/** Up to this many rows or columns the smaller Gram matrix is diagonalised whole; beyond, only its leading part. */
const smallGram = 160;

/**
 * Principal components: the orthogonal axes along which rows of data vary most.
 *
 *     C = (X − 1 m̄ᵀ)ᵀ (X − 1 m̄ᵀ)/(T − 1)       C aₖ = vₖ aₖ,   v₁ ≥ v₂ ≥ …
 *
 * C (N×N) is never formed where it would be large: few rows go through their T×T Gram matrix, many through block iteration
 * with Rayleigh–Ritz. Signs are fixed by Σᵢ aₖᵢ ≥ 0. (The paper fits the axes to the fixed points, so that they depend on which
 * were found; say what yours are fitted to.)
 *
 * @param rows data, (T×N), row = observation
 * @param count k, number of axes, 1 … N
 * @throws RangeError if rows are empty or not finite, or count is out of range
 */
export function principalComponents(rows: AbstractMatrix, count: number): PrincipalComponents {
  checkMatrix("principalComponents", "rows", rows);
  checkCount("principalComponents", "count", count);
  const largest = Math.max(Math.abs(rows.max()), Math.abs(rows.min()));
  if (largest > 1e150) reject("principalComponents", "rows", `has entries of size ${largest}`, "at most 1e150");
  const size = rows.columns;
  if (count > size) reject("principalComponents", "count", count, `at most ${size}, the number of columns`);
  const { centred, mean } = centre(toRowMajor(rows), rows.rows, size);
  const scale = normalize(centred); // by a power of two, so that squares neither overflow nor vanish
  const isSmall = Math.min(rows.rows, size) <= smallGram;
  const basis = isSmall ? bySmallGram(centred, size, count) : byIteration(centred, size, count);
  const divisor = Math.max(1, rows.rows - 1);
  const total = (dot(centred, centred) / divisor) * scale * scale;
  releaseWasmArray(centred);
  const axes = complete(basis.axes, size, count).map(withFixedSign);
  const variances = Float64Array.from(axes, (_, k) => (Math.max(0, basis.squares[k] ?? 0) / divisor) * scale * scale);
  return {
    mean,
    axes: new Matrix(axes).transpose(),
    variances,
    explained: variances.map((v) => (total > 0 ? Math.min(1, v / total) : 0)),
    project: (points) => project(points, mean, axes),
  };
}

/** Axes found, and Σ over rows of the squared coordinate along each. */
interface Basis {
  readonly axes: Float64Array[];
  readonly squares: number[];
}

function centre(data: Float64Array, count: number, size: number): { centred: Float64Array; mean: Float64Array } {
  const mean = new Float64Array(size);
  for (let t = 0, at = 0; t < count; t++) for (let j = 0; j < size; j++) mean[j] += data[at++];
  for (let j = 0; j < size; j++) mean[j] /= count;
  const centred = wasmArray(data.length); // read many times by wasm
  for (let t = 0, at = 0; t < count; t++) for (let j = 0; j < size; j++, at++) centred[at] = data[at] - mean[j];
  return { centred, mean };
}

/** Entries this far below the largest cannot turn an axis by a rounding error, but the squares of their squares vanish. */
const negligible = 1e-60;

/**
 * Divides the entries by a power of two, in place, so that the largest lies in [½, 1]; what is negligible beside it becomes
 * zero. Returns that power.
 */
function normalize(data: Float64Array): number {
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  let scale = 1;
  while (largest / scale > 1) scale *= 2;
  while (largest / scale <= 0.5) scale /= 2;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] / scale;
    data[i] = Math.abs(value) < negligible ? 0 : value;
  }
  return scale;
}

/** Through the smaller of X Xᵀ and Xᵀ X, all of its eigenvectors. */
function bySmallGram(X: Float64Array, size: number, count: number): Basis {
  const rows = X.length / size;
  const M = toMatrix(X.slice(), rows, size);
  const isWide = rows < size;
  const gram = isWide ? M.mmul(M.transpose()) : M.transpose().mmul(M);
  const { eigenvectorMatrix: V } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const candidates: Float64Array[] = [];
  for (let k = V.columns - 1; k >= 0 && candidates.length < Math.min(V.columns, count + 8); k--) {
    const v = Float64Array.from(V.getColumn(k));
    candidates.push(isWide ? transposedProduct(X, v, size) : v);
  }
  return rayleighRitz(X, size, orthonormal(candidates), count);
}

const mostSweeps = 2000;
/** Above this residual an iteration that hardly gets on is slow, as where nearly equal variances follow; below, it is done. */
const nearRounding = 1e-10;

/**
 * Block power iteration on Xᵀ X with ten spare vectors, until the residual of the wanted axes, ‖XᵀX a − s a‖/s₁, is at
 * rounding level or no longer falls.
 */
function byIteration(X: Float64Array, size: number, count: number): Basis {
  const width = Math.min(size, X.length / size, count + 10);
  const rng = createRng("principal components");
  let block = orthonormal(Array.from({ length: width }, () => Float64Array.from({ length: size }, () => rng.normal())));
  let best = Number.POSITIVE_INFINITY;
  let basis: Basis = { axes: [], squares: [] };
  for (let k = 0, idle = 0; k < mostSweeps && idle < 5 && best > 1e-14; k++, idle++) {
    const found = rayleighRitz(X, size, block, width);
    const next = found.axes.map((a) => transposedProduct(X, product(X, a, X.length / size), size));
    const residual = largestResidual(next, found, count);
    if (residual < best) {
      if (residual < 0.9 * best) idle = 0;
      [best, basis] = [residual, found];
    }
    if (best > nearRounding) idle = 0;
    block = orthonormal(next);
    if (block.length === 0) return found; // nothing varies
  }
  return { axes: basis.axes.slice(0, count), squares: basis.squares.slice(0, count) };
}

/** max over the wanted axes of ‖XᵀX a − s a‖/s₁, the products XᵀX a being given. */
function largestResidual(products: readonly Float64Array[], { axes, squares }: Basis, count: number): number {
  let worst = 0;
  for (let k = 0; k < Math.min(count, axes.length); k++) {
    const rest = products[k].map((value, i) => value - squares[k] * axes[k][i]);
    worst = Math.max(worst, squares[0] > 0 ? norm(rest) / squares[0] : 0);
  }
  return worst;
}

/** The best axes within the span of an orthonormal block: eigenvectors of the small matrix (X B)ᵀ (X B). */
function rayleighRitz(X: Float64Array, size: number, block: Float64Array[], count: number): Basis {
  if (block.length === 0) return { axes: [], squares: [] };
  const images = block.map((b) => product(X, b, X.length / size));
  const small = new Matrix(images.map((a) => images.map((b) => dot(a, b))));
  const { eigenvectorMatrix: V, realEigenvalues } = new EigenvalueDecomposition(small, { assumeSymmetric: true });
  const axes: Float64Array[] = [];
  for (let k = block.length - 1; k >= 0 && axes.length < count; k--) {
    const axis = new Float64Array(size);
    for (let b = 0; b < block.length; b++) {
      const weight = V.get(b, k);
      for (let i = 0; i < size; i++) axis[i] += weight * block[b][i];
    }
    axes.push(axis);
  }
  return { axes: orthonormal(axes), squares: [...realEigenvalues].reverse() };
}

/** Gram–Schmidt; what is left at rounding level is dropped. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const v = outsideOf(basis, vector);
    const left = norm(v);
    if (left > 1e-12 * norm(vector)) basis.push(v.map((value) => value / left));
  }
  return basis;
}

/** Adds coordinate directions until there are enough: where nothing varies any axis is as good, but it must be one. */
function complete(axes: readonly Float64Array[], size: number, count: number): Float64Array[] {
  let basis = axes.slice(0, count);
  for (let i = 0; basis.length < count; i++) {
    const unit = new Float64Array(size);
    unit[i] = 1;
    const wider = orthonormal([...basis, unit]);
    if (wider.length > basis.length && norm(outsideOf(basis, unit)) > 0.5 / Math.sqrt(size)) basis = wider;
  }
  return basis;
}

function withFixedSign(axis: Float64Array): Float64Array {
  const sum = axis.reduce((s, value) => s + value, 0);
  return sum < 0 ? axis.map((value) => -value) : axis;
}

function product(X: Float64Array, v: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  multiplyInto(X, v, out);
  return out;
}

function transposedProduct(X: Float64Array, v: Float64Array, size: number): Float64Array {
  const out = new Float64Array(size);
  multiplyTransposedInto(X, v, out);
  return out;
}

function project(points: Float64Array | AbstractMatrix, mean: Float64Array, axes: readonly Float64Array[]): Matrix {
  const isOne = points instanceof Float64Array;
  if (isOne) checkVector("project", "points", points, mean.length);
  else checkMatrix("project", "points", points, undefined, mean.length);
  const data = isOne ? points : toRowMajor(points);
  const rows = data.length / mean.length;
  const out = Matrix.zeros(rows, axes.length);
  const x = new Float64Array(mean.length);
  for (let t = 0; t < rows; t++) {
    for (let i = 0; i < x.length; i++) x[i] = data[t * x.length + i] - mean[i];
    for (let k = 0; k < axes.length; k++) out.set(t, k, dot(axes[k], x));
  }
  return out;
}

/**
 * The state with given coordinates along principal components: mean + Σ atₖ axisₖ.
 *
 * @param components as from `principalComponents`
 * @param at coordinates along the first of its axes
 * @returns (N)
 * @throws RangeError if there are more coordinates than axes
 */
export function stateAt(components: PrincipalComponents, at: ArrayLike<number>): Float64Array {
  checkShape("stateAt", "components", components, { mean: "numbers", axes: "matrix" });
  checkVector("stateAt", "at", Float64Array.from(at ?? []));
  const { mean, axes } = components;
  if (at.length > axes.columns) reject("stateAt", "at", `has length ${at.length}`, `at most ${axes.columns}`);
  return mean.map((m, i) => Array.from(at).reduce((sum, v, k) => sum + v * axes.get(i, k), m));
}
