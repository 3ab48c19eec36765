/** The textbook loops behind wasm, with the same operations in the same order: what the bits are compared with. */

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
