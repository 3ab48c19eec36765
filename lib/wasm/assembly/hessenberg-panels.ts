/**
 * Householder reduction to Hessenberg form by panels of columns (Bischof & Van Loan; LAPACK's dgehrd): most of the work
 * becomes products of matrices.
 *
 * The reflections of a panel together are  Q = I − V T Vᵀ, T upper triangular. Within the panel A stays as it is; only its
 * next column is brought up to date, and one product A v per column is needed for Y = A V T. Afterwards, beside the panel,
 *
 *     A ← A − Y Vᵀ,    A ← A − V Tᵀ (Vᵀ A).
 */
import { gemm } from "./gemm";
import { subtractRows } from "./linear-solve";
import { multiply } from "./products";

/** Columns of a panel. */
// @ts-ignore: decorator
@inline const PANEL = 32;

// @ts-ignore: decorator
@inline
function at(x: usize, i: i32): usize {
  return x + (<usize>i << 3);
}

/**
 * Reduces columns 0 … columns−1 (a multiple of PANEL, below n − 1) of an n×n matrix without gaps, n even. `room` holds
 * 4·PANEL·n + PANEL² + n + 2·PANEL numbers and then what `gemm` needs.
 */
export function reducePanels(A: usize, n: i32, columns: i32, room: usize): void {
  const stride = <usize>n << 3;
  const thin = at(0, PANEL * n);
  const V = room, Y = V + thin, W = Y + thin, T = W + 2 * thin, b = T + (PANEL * PANEL << 3), u = b + stride;
  const work = u + (2 * PANEL << 3);
  for (let first = 0; first < columns; first += PANEL) {
    memory.fill(V, 0, 2 * thin);
    memory.fill(T, 0, PANEL * PANEL << 3);
    for (let c = 0; c < PANEL; c++) reduceColumn(A, n, first, c, V, Y, T, b, u);
    const next = first + PANEL, rest = n - next;
    const row = A + <usize>(first + 1) * stride;
    const low = n - first - 1;
    gemm(at(A, next), stride, Y, stride, 1, at(V, next), stride, 0, n, rest, PANEL, -1.0, work);
    memory.fill(W, 0, 2 * thin);
    gemm(W, stride, at(V, first + 1), stride, 0, at(row, next), stride, 0, PANEL, rest, low, 1.0, work);
    gemm(W + thin, stride, T, PANEL << 3, 1, W, stride, 0, PANEL, rest, PANEL, 1.0, work);
    gemm(at(row, next), stride, at(V, first + 1), stride, 1, W + thin, stride, 0, low, rest, PANEL, -1.0, work);
  }
}

/** Column c of a panel: brings it up to date, finds its reflection, and the next row of Vᵀ and Yᵀ and column of T. */
function reduceColumn(
  A: usize, n: i32, first: i32, c: i32, V: usize, Y: usize, T: usize, b: usize, u: usize,
): void {
  const stride = <usize>n << 3;
  const j = first + c;
  const column = at(A, j);
  for (let i = 0; i < n; i++) store<f64>(at(b, i), load<f64>(column + <usize>i * stride));
  const start = first & ~1; // V is zero up to row `first`
  if (c > 0) {
    for (let q = 0; q < PANEL; q++) store<f64>(at(u, q), load<f64>(at(V + <usize>q * stride, j)));
    subtractCombination(b, Y, stride, u, c, 0, n);
    multiply(at(V, start), stride, at(b, start), u, c, n - start);
    multiplyByTriangle(T, u, c, 1);
    subtractCombination(b, V, stride, u, c, start, n);
  }
  const v = V + <usize>c * stride, y = Y + <usize>c * stride;
  const tau = makeReflection(b, j + 1, n, v);
  for (let i = 0; i < n; i++) store<f64>(column + <usize>i * stride, load<f64>(at(b, i)));
  multiply(at(A, j + 1), stride, at(v, j + 1), y, n, n - j - 1);
  multiply(at(V, start), stride, at(v, start), u, c, n - start);
  if (c > 0) subtractCombination(y, Y, stride, u, c, 0, n);
  for (let i = 0; i < n; i++) store<f64>(at(y, i), tau * load<f64>(at(y, i)));
  multiplyByTriangle(T, u, c, 0);
  for (let q = 0; q < c; q++) store<f64>(at(T, q * PANEL + c), -(tau * load<f64>(at(u, q))));
  store<f64>(at(T, c * PANEL + c), tau);
}

/** x ← x − Σ u_q row_q for q = 0 … count−1, over components from … to−1 (both even). Entries of u beyond become zero. */
function subtractCombination(x: usize, rows: usize, stride: usize, u: usize, count: i32, from: i32, to: i32): void {
  for (let q = count; q & 3; q++) store<f64>(at(u, q), 0.0);
  for (let q = 0; q < count; q += 4) {
    const r = rows + <usize>q * stride, w = at(u, q);
    subtractRows(
      x, r, r + stride, r + 2 * stride, r + 3 * stride, load<f64>(w), load<f64>(w, 8), load<f64>(w, 16),
      load<f64>(w, 24), from, to,
    );
  }
}

/** u ← T u or Tᵀ u in place, T being the leading upper triangle of `count` rows. */
function multiplyByTriangle(T: usize, u: usize, count: i32, isTransposed: i32): void {
  if (isTransposed) {
    for (let q = count - 1; q >= 0; q--) {
      let s = 0.0;
      for (let p = 0; p <= q; p++) s += load<f64>(at(T, p * PANEL + q)) * load<f64>(at(u, p));
      store<f64>(at(u, q), s);
    }
    return;
  }
  for (let q = 0; q < count; q++) {
    let s = 0.0;
    for (let p = q; p < count; p++) s += load<f64>(at(T, q * PANEL + p)) * load<f64>(at(u, p));
    store<f64>(at(u, q), s);
  }
}

/** The reflection I − τ v vᵀ that leaves of b, from row j on, only one entry β; b becomes that. Returns τ. */
function makeReflection(b: usize, j: i32, n: i32, v: usize): f64 {
  let rest = 0.0;
  for (let i = j + 1; i < n; i++) rest += load<f64>(at(b, i)) * load<f64>(at(b, i));
  if (rest == 0.0) return 0.0;
  const alpha = load<f64>(at(b, j));
  const size = Math.sqrt(alpha * alpha + rest);
  const beta = alpha < 0.0 ? size : -size;
  store<f64>(at(v, j), 1.0);
  for (let i = j + 1; i < n; i++) {
    store<f64>(at(v, i), load<f64>(at(b, i)) / (alpha - beta));
    store<f64>(at(b, i), 0.0);
  }
  store<f64>(at(b, j), beta);
  return (beta - alpha) / beta;
}
