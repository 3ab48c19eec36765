/**
 * What is done to a matrix before its eigenvalues are computed: it is taken apart into irreducible blocks, and powers of two
 * bring each to a size, and its rows and columns to equal norms.
 */

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

/**
 * The irreducible blocks of a matrix: the strongly connected components of the graph with an edge i → j wherever
 * a_ij ≠ 0 (Tarjan 1972). With its rows and columns in the order of the components the matrix is block triangular.
 *
 * LAPACK isolates single rows at either end only. Components find every block, a single row between two loops as well,
 * so that what one part of a network does to another cannot blur the eigenvalues of either.
 *
 * @param a row-major, (n·n)
 * @returns row numbers of each block, ascending in each
 */
export function irreducibleBlocks(a: Float64Array, n: number): number[][] {
  // a dense matrix, the common case, is known after a row and a column
  if (reachesAll(a, n, n, 1) && reachesAll(a, n, 1, n)) return [Array.from({ length: n }, (_, i) => i)];
  const blocks: number[][] = [];
  const [number, low, next] = [new Int32Array(n).fill(-1), new Int32Array(n), new Int32Array(n)];
  const isWaiting = new Uint8Array(n);
  const waiting: number[] = [];
  const path: number[] = [];
  let visited = 0;
  const enter = (v: number): void => {
    number[v] = low[v] = visited++;
    isWaiting[v] = 1;
    waiting.push(v);
    path.push(v);
  };
  for (let root = 0; root < n; root++) {
    if (number[root] < 0) enter(root);
    while (path.length > 0) {
      const v = path[path.length - 1];
      let w = next[v];
      for (; w < n; w++) {
        if (a[v * n + w] === 0) continue;
        if (number[w] < 0) break;
        if (isWaiting[w] === 1 && number[w] < low[v]) low[v] = number[w];
      }
      next[v] = w + 1;
      if (w < n) {
        enter(w);
        continue;
      }
      path.pop();
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[v]);
      if (low[v] === number[v]) {
        const block = waiting.splice(waiting.lastIndexOf(v));
        for (const member of block) isWaiting[member] = 0;
        blocks.push(block.sort((i, j) => i - j));
      }
    }
  }
  return blocks;
}

/** Whether every row can be reached from row 0; v → w where the entry at v · from + w · to is not 0. */
function reachesAll(a: Float64Array, n: number, from: number, to: number): boolean {
  const isReached = new Uint8Array(n);
  const reached = [0];
  isReached[0] = 1;
  for (let k = 0; k < reached.length && reached.length < n; k++) {
    for (let w = 0; w < n; w++) {
      if (isReached[w] === 1 || a[reached[k] * from + w * to] === 0) continue;
      isReached[w] = 1;
      reached.push(w);
    }
  }
  return reached.length === n;
}
