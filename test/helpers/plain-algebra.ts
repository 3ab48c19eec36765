/** The textbook loops behind the kernels, with the same operations in the same order: what the bits are compared with. */

/** P A = L U in place, row by row; returns the sign of the determinant. */
export function plainFactorize(a: Float64Array, n: number, pivots: Int32Array): number {
  let sign = 1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    pivots[k] = p;
    if (p !== k) sign = -sign;
    for (let j = 0; p !== k && j < n; j++) {
      [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
    }
    const pivot = a[k * n + k];
    if (pivot === 0) return 0;
    if (pivot < 0) sign = -sign;
    for (let i = k + 1; i < n; i++) {
      const l = a[i * n + k] / pivot;
      a[i * n + k] = l;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= l * a[k * n + j];
    }
  }
  return sign;
}

/** x ← A⁻¹ x: two partial sums per row, by parity of the column, upwards for L and downwards for U. */
export function plainSolve(lu: Float64Array, n: number, pivots: Int32Array, x: Float64Array): void {
  for (let k = 0; k < n; k++) [x[k], x[pivots[k]]] = [x[pivots[k]], x[k]];
  for (let i = 1; i < n; i++) {
    const s = [0, 0];
    for (let j = 0; j < i; j++) s[j & 1] += lu[i * n + j] * x[j];
    x[i] -= s[0] + s[1];
  }
  for (let i = n - 1; i >= 0; i--) {
    const s = [0, 0];
    for (let j = n - 1; j > i; j--) s[j & 1] += lu[i * n + j] * x[j];
    x[i] = (x[i] - (s[0] + s[1])) / lu[i * n + i];
  }
}

/** x ← A⁻ᵀ x, a row at a time. */
export function plainSolveTransposed(lu: Float64Array, n: number, pivots: Int32Array, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    x[i] /= lu[i * n + i];
    for (let j = i + 1; j < n; j++) x[j] -= x[i] * lu[i * n + j];
  }
  for (let i = n - 1; i > 0; i--) for (let j = 0; j < i; j++) x[j] -= x[i] * lu[i * n + j];
  for (let k = n - 1; k >= 0; k--) [x[k], x[pivots[k]]] = [x[pivots[k]], x[k]];
}

/** Householder reduction to Hessenberg form in place, one reflection after the other; rows beyond n collect Q. */
export function plainHessenberg(a: Float64Array, n: number, rows = n): void {
  for (let k = 0; k < n - 2; k++) {
    let rest = 0;
    for (let i = k + 2; i < n; i++) rest += a[i * n + k] * a[i * n + k];
    if (rest === 0) continue;
    const alpha = a[(k + 1) * n + k];
    const size = Math.sqrt(alpha * alpha + rest);
    const beta = alpha < 0 ? size : -size;
    const tau = (beta - alpha) / beta;
    const v = new Float64Array(n);
    v[k + 1] = 1;
    for (let i = k + 2; i < n; i++) v[i] = a[i * n + k] / (alpha - beta);
    for (let i = 0; i < rows; i++) {
      const s = [0, 0];
      for (let j = k + 1; j < n; j++) s[j & 1] += a[i * n + j] * v[j];
      const d = tau * (s[0] + s[1]);
      for (let j = k + 1; j < n; j++) a[i * n + j] -= d * v[j];
    }
    const w = new Float64Array(n);
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) w[j] += a[i * n + j] * v[i];
    for (let i = k + 1; i < n; i++) {
      const g = tau * v[i];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= g * w[j];
    }
    a[(k + 1) * n + k] = beta;
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

/** Rows and columns of a sweep, as the kernel has them. */
export interface SweepRange {
  readonly l: number;
  readonly m: number;
  readonly end: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** One double-shift sweep over rows m … end of the block from l; p, q, r is the first column of the shifted square. */
export function plainSweep(
  h: Float64Array,
  n: number,
  { l, m, end, top, columns, rows }: SweepRange,
  first: readonly [number, number, number],
): void {
  let [p, q, r] = first;
  for (let k = m; k < end; k++) {
    const isLast = k === end - 1;
    let scale = 1;
    if (k !== m) {
      p = h[k * n + k - 1];
      q = h[(k + 1) * n + k - 1];
      r = isLast ? 0 : h[(k + 2) * n + k - 1];
      scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (scale === 0) continue;
      p /= scale;
      q /= scale;
      r /= scale;
    }
    const size = Math.sqrt(p * p + q * q + r * r);
    const s = p < 0 ? -size : size;
    if (k !== m) h[k * n + k - 1] = -s * scale;
    else if (l !== m) h[k * n + k - 1] = -h[k * n + k - 1];
    p += s;
    const [x, y, z] = [p / s, q / s, r / s];
    q /= p;
    r /= p;
    for (let j = k; j < columns; j++) {
      let t = h[k * n + j] + q * h[(k + 1) * n + j];
      if (!isLast) t += r * h[(k + 2) * n + j];
      if (!isLast) h[(k + 2) * n + j] -= t * z;
      h[(k + 1) * n + j] -= t * y;
      h[k * n + j] -= t * x;
    }
    for (let i = top; i < rows; i++) {
      if (i > Math.min(end, k + 3) && i < columns) continue;
      let t = x * h[i * n + k] + y * h[i * n + k + 1];
      if (!isLast) t += z * h[i * n + k + 2];
      if (!isLast) h[i * n + k + 2] -= t * r;
      h[i * n + k + 1] -= t * q;
      h[i * n + k] -= t;
    }
  }
}
