/** Powers of two that bring a matrix to a size, and its rows and columns to equal norms, before eigenvalues are computed. */

/** Divides by the power of two that brings the largest entry between 1 and 2; returns it. */
export function normalize(h: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < h.length; i++) largest = Math.max(largest, Math.abs(h[i]));
  if (largest === 0) return 1;
  let scale = 1;
  for (; largest / scale >= 2; scale *= 2);
  for (; largest / scale < 1; scale /= 2);
  for (let i = 0; i < h.length; i++) h[i] /= scale;
  return scale;
}

/**
 * Scales rows and columns by powers of two until their 1-norms agree: D⁻¹ A D is exact, has the same eigenvalues, and
 * smaller rounding errors where A was badly scaled.
 */
export function balance(a: Float64Array, n: number, stride: number): void {
  // 100 rounds are never reached in practice; they bound the time on adversarial input
  for (let round = 0; round < 100 && isUnbalanced(a, n, stride); round++) {
    for (let i = 0; i < n; i++) {
      let column = 0;
      let row = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        column += Math.abs(a[j * stride + i]);
        row += Math.abs(a[i * stride + j]);
      }
      const factor = balancingFactor(column, row);
      if (factor === 1) continue;
      for (let j = 0; j < n; j++) a[i * stride + j] /= factor;
      for (let j = 0; j < n; j++) a[j * stride + i] *= factor;
    }
  }
}

/** The power of two that brings the norms of a column (times it) and a row (divided by it) together, 1 if it is not worth it. */
function balancingFactor(column: number, row: number): number {
  if (column === 0 || row === 0) return 1;
  let factor = 1;
  let c = column;
  for (; c < row / 2 && factor < 1e100; factor *= 2) c *= 4;
  for (; c >= row * 2 && factor > 1e-100; factor /= 2) c /= 4;
  return (c + row) / factor < 0.95 * (column + row) ? factor : 1;
}

/** Whether any row would be scaled, found in one pass in the order of memory. */
function isUnbalanced(a: Float64Array, n: number, stride: number): boolean {
  const columns = new Float64Array(n);
  const rows = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let j = 0; j < n; j++) {
      const size = i === j ? 0 : Math.abs(a[i * stride + j]);
      columns[j] += size;
      row += size;
    }
    rows[i] = row;
  }
  return rows.some((row, i) => balancingFactor(columns[i], row) !== 1);
}
