/**
 * Exchanging neighbouring diagonal blocks of a real Schur form (Bai & Demmel 1993).
 *
 * T₁₁ (n₁×n₁) stands before T₂₂ (n₂×n₂), each 1×1 or 2×2. If X solves T₁₁ X − X T₂₂ = T₁₂, the columns of [−X; I] span the
 * invariant subspace of T₂₂; reflections that make them upper triangular bring T₂₂ to the front.
 */

/** A Schur form T = Qᵀ A Q with Qᵀ beside it: [T | Qᵀ]. */
export interface SchurForm {
  /** Row-major, (size·stride). */
  readonly t: Float64Array;
  /** Numbers from row to row. */
  readonly stride: number;
  /** Number of rows. */
  readonly size: number;
  /** Number of columns in all. */
  readonly columns: number;
}

const EPSILON = 2.220446049250313e-16;

/** Number of rows of the diagonal block that begins at row j. */
export function blockSize({ t, stride, size }: SchurForm, j: number): 1 | 2 {
  return j + 1 < size && t[(j + 1) * stride + j] !== 0 ? 2 : 1;
}

/**
 * Exchanges the blocks at row j (n₁ rows) and behind it (n₂ rows), in place.
 *
 * @returns false if their eigenvalues are too close for it, and nothing has been changed
 */
export function swapBlocks(form: SchurForm, j: number, n1: number, n2: number): boolean {
  const { t, stride, columns } = form;
  const n = n1 + n2;
  const corner = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) corner[i * n + k] = t[(j + i) * stride + j + k];
  const reflections = subspaceReflections(corner, n1, n2);
  let largest = 0;
  for (let i = 0; i < n * n; i++) largest = Math.max(largest, Math.abs(corner[i]));
  for (const [i, v] of reflections.entries()) {
    reflectRows(corner, n, i, v, 0, n);
    reflectColumns(corner, n, i, v, 0, n);
  }
  for (let i = n2; i < n; i++) {
    for (let k = 0; k < n2; k++) if (!(Math.abs(corner[i * n + k]) <= 10 * EPSILON * largest)) return false;
  }
  for (const [i, v] of reflections.entries()) {
    reflectRows(t, stride, j + i, v, j, columns);
    reflectColumns(t, stride, j + i, v, 0, j + n);
  }
  for (let i = n2; i < n; i++) for (let k = 0; k < n2; k++) t[(j + i) * stride + j + k] = 0;
  return true;
}

/** The vectors v of the reflections I − v vᵀ, first entry at row 0, 1, …, that make [−X; I] upper triangular. */
function subspaceReflections(corner: Float64Array, n1: number, n2: number): Float64Array[] {
  const n = n1 + n2;
  const x = solveSylvester(corner, n1, n2);
  const basis = new Float64Array(n * n2);
  for (let i = 0; i < n1; i++) for (let k = 0; k < n2; k++) basis[i * n2 + k] = -x[i * n2 + k];
  for (let k = 0; k < n2; k++) basis[(n1 + k) * n2 + k] = 1;
  const reflections: Float64Array[] = [];
  for (let k = 0; k < n2; k++) {
    const v = new Float64Array(n1 + 1);
    for (let i = 0; i <= n1; i++) v[i] = basis[(k + i) * n2 + k];
    makeReflection(v);
    reflections.push(v);
    reflectRows(basis, n2, k, v, k, n2);
  }
  return reflections;
}

/** Turns a vector into the v of the reflection I − v vᵀ that maps it to a multiple of (1, 0, …); ‖v‖² = 2, or v = 0. */
function makeReflection(v: Float64Array): void {
  let largest = 0;
  for (const x of v) largest = Math.max(largest, Math.abs(x));
  if (largest === 0) return;
  let square = 0;
  for (let i = 0; i < v.length; i++) {
    v[i] /= largest;
    square += v[i] * v[i];
  }
  const length = Math.sqrt(square);
  const first = v[0];
  v[0] += first < 0 ? -length : length;
  const scale = Math.sqrt(length * (length + Math.abs(first)));
  for (let i = 0; i < v.length; i++) v[i] /= scale;
}

/** Rows j … j+v.length−1 of columns from … to−1. */
function reflectRows(t: Float64Array, stride: number, j: number, v: Float64Array, from: number, to: number): void {
  const at = j * stride;
  if (v.length === 2) {
    for (let a = at + from; a < at + to; a++) {
      const s = v[0] * t[a] + v[1] * t[a + stride];
      t[a] -= s * v[0];
      t[a + stride] -= s * v[1];
    }
    return;
  }
  for (let a = at + from; a < at + to; a++) {
    const s = v[0] * t[a] + v[1] * t[a + stride] + v[2] * t[a + 2 * stride];
    t[a] -= s * v[0];
    t[a + stride] -= s * v[1];
    t[a + 2 * stride] -= s * v[2];
  }
}

/** Columns j … j+v.length−1 of rows from … to−1. */
function reflectColumns(t: Float64Array, stride: number, j: number, v: Float64Array, from: number, to: number): void {
  if (v.length === 2) {
    for (let a = from * stride + j; a < to * stride; a += stride) {
      const s = v[0] * t[a] + v[1] * t[a + 1];
      t[a] -= s * v[0];
      t[a + 1] -= s * v[1];
    }
    return;
  }
  for (let a = from * stride + j; a < to * stride; a += stride) {
    const s = v[0] * t[a] + v[1] * t[a + 1] + v[2] * t[a + 2];
    t[a] -= s * v[0];
    t[a + 1] -= s * v[1];
    t[a + 2] -= s * v[2];
  }
}

/** X, (n₁×n₂) row-major, with T₁₁ X − X T₂₂ = T₁₂, by elimination with complete pivoting. */
function solveSylvester(corner: Float64Array, n1: number, n2: number): Float64Array {
  const n = n1 + n2;
  const m = n1 * n2;
  const width = m + 1;
  const a = new Float64Array(m * width); // unknowns x[i·n₂ + k], the last column being the right-hand side
  for (let i = 0; i < n1; i++) {
    for (let k = 0; k < n2; k++) {
      const row = (i * n2 + k) * width;
      for (let q = 0; q < n1; q++) a[row + q * n2 + k] += corner[i * n + q];
      for (let q = 0; q < n2; q++) a[row + i * n2 + q] -= corner[(n1 + q) * n + n1 + k];
      a[row + m] = corner[i * n + n1 + k];
    }
  }
  return eliminate(a, m);
}

/** Solves m equations, rows of m + 1 numbers; a vanishing pivot is taken as the least that still counts. */
function eliminate(a: Float64Array, m: number): Float64Array {
  const width = m + 1;
  const order = Array.from({ length: m }, (_, i) => i);
  let least = 0;
  for (let k = 0; k < m; k++) {
    let [row, column, largest] = [k, k, 0];
    for (let i = k; i < m; i++) {
      for (let q = k; q < m; q++) {
        if (Math.abs(a[i * width + q]) > largest) [row, column, largest] = [i, q, Math.abs(a[i * width + q])];
      }
    }
    if (k === 0) least = Math.max(EPSILON * largest, 1e-290);
    for (let q = 0; q < width; q++) [a[k * width + q], a[row * width + q]] = [a[row * width + q], a[k * width + q]];
    for (let i = 0; i < m; i++) {
      [a[i * width + k], a[i * width + column]] = [a[i * width + column], a[i * width + k]];
    }
    [order[k], order[column]] = [order[column], order[k]];
    if (largest < least) a[k * width + k] = least;
    for (let i = k + 1; i < m; i++) {
      const factor = a[i * width + k] / a[k * width + k];
      for (let q = k; q < width; q++) a[i * width + q] -= factor * a[k * width + q];
    }
  }
  const x = new Float64Array(m);
  for (let k = m - 1; k >= 0; k--) {
    let rest = a[k * width + m];
    for (let q = k + 1; q < m; q++) rest -= a[k * width + q] * x[order[q]];
    x[order[k]] = rest / a[k * width + k];
  }
  return x;
}
