/**
 * Blocked LU factorisation with partial pivoting, P A = L U, and the triangular solves.
 *
 * A is row-major with `padded` rows of `padded` numbers, padded = n rounded up to a multiple of four and zero beyond n.
 * Every entry receives aᵢⱼ ← aᵢⱼ − lᵢₖ uₖⱼ one by one with k ascending (the tiles start from aᵢⱼ and subtract), so that
 * the bits are those of the textbook loops.
 */

/** Columns of a panel: a tile of the packed U then fills 1 kB, and L of a strip as much. */
// @ts-ignore: decorator
@inline const BLOCK = 32;

/**
 * Factorises in place. `work` is room for 3·BLOCK·padded numbers.
 * Returns the sign of the determinant, −1, 0 or 1; at 0 it stops at the first zero pivot.
 */
export function factorize(A: usize, n: i32, padded: i32, pivots: usize, work: usize): i32 {
  const room = <usize>(BLOCK * padded) << 3;
  const panel = work, lower = panel + room, upper = lower + room;
  const stride = <usize>padded << 3;
  let sign = 1;
  for (let j = 0; j < n; j += BLOCK) {
    const width = min(BLOCK, n - j);
    const rows = padded - j;
    const end = j + width;
    const corner = A + <usize>j * stride + (<usize>j << 3);
    packPanel(corner, stride, panel, rows, width);
    for (let c = 0; c < width; c++) {
      const at = factorPanel(panel, rows, n - j, c, width);
      store<i32>(pivots + (<usize>(j + c) << 2), j + at);
      if (at != c) sign = -sign;
      const pivot = load<f64>(panel + (<usize>(c * rows + c) << 3));
      if (pivot == 0.0) return 0;
      if (pivot < 0.0) sign = -sign;
      updatePanel(panel, rows, c, width);
    }
    unpackPanel(corner, stride, panel, rows, width);
    for (let c = j; c < end; c++) {
      const at = load<i32>(pivots + (<usize>c << 2));
      if (at == c) continue;
      const row = A + <usize>c * stride, other = A + <usize>at * stride;
      swap(row, other, j);
      swap(row + (<usize>end << 3), other + (<usize>end << 3), padded - end);
    }
    if (end >= n) break; // full panels end at multiples of four
    for (let q = end; q < padded; q += 4) {
      solveTop(corner, A + <usize>j * stride + (<usize>q << 3), stride, upper + (<usize>((q - end) * BLOCK) << 3));
    }
    packRows(panel, rows, lower);
    for (let i = end; i < padded; i += 4) {
      updateRows(
        A + <usize>i * stride + (<usize>end << 3), stride, lower + (<usize>((i - end) * BLOCK) << 3), upper,
        (padded - end) >> 2,
      );
    }
  }
  return sign;
}

/** Copies columns into contiguous ones. */
function packPanel(corner: usize, stride: usize, panel: usize, rows: i32, width: i32): void {
  for (let i = 0; i < rows; i++) {
    const row = corner + <usize>i * stride;
    for (let c = 0; c < width; c++) store<f64>(panel + (<usize>(c * rows + i) << 3), load<f64>(row + (<usize>c << 3)));
  }
}

function unpackPanel(corner: usize, stride: usize, panel: usize, rows: i32, width: i32): void {
  for (let i = 0; i < rows; i++) {
    const row = corner + <usize>i * stride;
    for (let c = 0; c < width; c++) store<f64>(row + (<usize>c << 3), load<f64>(panel + (<usize>(c * rows + i) << 3)));
  }
}

/** Exchanges `count` numbers. */
function swap(a: usize, b: usize, count: i32): void {
  for (let o: usize = 0; o < <usize>count << 3; o += 8) {
    const t = load<f64>(a + o);
    store<f64>(a + o, load<f64>(b + o));
    store<f64>(b + o, t);
  }
}

/** Finds the first largest entry of column c from row c on, exchanges the rows, divides by the pivot. Returns its row. */
export function factorPanel(panel: usize, rows: i32, count: i32, c: i32, width: i32): i32 {
  const column = panel + (<usize>(c * rows) << 3);
  let at = c;
  let largest = abs(load<f64>(column + (<usize>c << 3)));
  for (let i = c + 1; i < count; i++) {
    const size = abs(load<f64>(column + (<usize>i << 3)));
    if (size > largest) {
      largest = size;
      at = i;
    }
  }
  if (at != c) {
    for (let q = 0; q < width; q++) {
      const p = panel + (<usize>(q * rows) << 3);
      const t = load<f64>(p + (<usize>c << 3));
      store<f64>(p + (<usize>c << 3), load<f64>(p + (<usize>at << 3)));
      store<f64>(p + (<usize>at << 3), t);
    }
  }
  const pivot = load<f64>(column + (<usize>c << 3));
  if (pivot == 0.0) return at;
  const end = <usize>rows << 3;
  let o = <usize>(c + 1) << 3;
  if (c + 1 < rows && (c + 1) & 1) {
    store<f64>(column + o, load<f64>(column + o) / pivot);
    o += 8;
  }
  const d = f64x2.splat(pivot);
  for (; o < end; o += 16) v128.store(column + o, f64x2.div(v128.load(column + o), d));
  return at;
}

/** Columns after c of the panel, rows after c:  aᵢⱼ ← aᵢⱼ − lᵢ꜀ u꜀ⱼ, four columns to each load of l. */
export function updatePanel(panel: usize, rows: i32, c: i32, width: i32): void {
  const bytes = <usize>rows << 3;
  const at = <usize>c << 3;
  const l = panel + <usize>c * bytes;
  const isOdd = (c + 1) & 1;
  const start = <usize>(c + 1 + isOdd) << 3;
  let q = c + 1;
  for (; q + 4 <= width; q += 4) {
    const b0 = panel + <usize>q * bytes, b1 = b0 + bytes, b2 = b1 + bytes, b3 = b2 + bytes;
    const u0 = v128.load_splat<f64>(b0 + at), u1 = v128.load_splat<f64>(b1 + at);
    const u2 = v128.load_splat<f64>(b2 + at), u3 = v128.load_splat<f64>(b3 + at);
    if (isOdd && c + 1 < rows) {
      const o = start - 8;
      const x = load<f64>(l + o);
      store<f64>(b0 + o, load<f64>(b0 + o) - x * f64x2.extract_lane(u0, 0));
      store<f64>(b1 + o, load<f64>(b1 + o) - x * f64x2.extract_lane(u1, 0));
      store<f64>(b2 + o, load<f64>(b2 + o) - x * f64x2.extract_lane(u2, 0));
      store<f64>(b3 + o, load<f64>(b3 + o) - x * f64x2.extract_lane(u3, 0));
    }
    for (let o = start; o < bytes; o += 16) {
      const x = v128.load(l + o);
      v128.store(b0 + o, f64x2.sub(v128.load(b0 + o), f64x2.mul(x, u0)));
      v128.store(b1 + o, f64x2.sub(v128.load(b1 + o), f64x2.mul(x, u1)));
      v128.store(b2 + o, f64x2.sub(v128.load(b2 + o), f64x2.mul(x, u2)));
      v128.store(b3 + o, f64x2.sub(v128.load(b3 + o), f64x2.mul(x, u3)));
    }
  }
  for (; q < width; q++) {
    const b = panel + <usize>q * bytes;
    const u = v128.load_splat<f64>(b + at);
    if (isOdd && c + 1 < rows) {
      const o = start - 8;
      store<f64>(b + o, load<f64>(b + o) - load<f64>(l + o) * f64x2.extract_lane(u, 0));
    }
    for (let o = start; o < bytes; o += 16) {
      v128.store(b + o, f64x2.sub(v128.load(b + o), f64x2.mul(v128.load(l + o), u)));
    }
  }
}

/** Four columns of the rows beside a full diagonal block: uₖ ← uₖ − Σ lₖₘ uₘ, in A and packed into `upper`. */
export function solveTop(corner: usize, a: usize, stride: usize, upper: usize): void {
  for (let k = 0; k < BLOCK; k++) {
    const row = a + <usize>k * stride;
    const l = corner + <usize>k * stride;
    let x = v128.load(row), y = v128.load(row, 16);
    for (let m = 0; m < k; m++) {
      const u = upper + (<usize>m << 5);
      const f = v128.load_splat<f64>(l + (<usize>m << 3));
      x = f64x2.sub(x, f64x2.mul(f, v128.load(u)));
      y = f64x2.sub(y, f64x2.mul(f, v128.load(u, 16)));
    }
    const u = upper + (<usize>k << 5);
    v128.store(u, x);
    v128.store(u, y, 16);
    v128.store(row, x);
    v128.store(row, y, 16);
  }
}

/** Rearranges L below the diagonal block from columns to strips of four rows, [strip][k][4]. */
function packRows(panel: usize, rows: i32, lower: usize): void {
  for (let i = BLOCK; i < rows; i += 4) {
    let p = panel + (<usize>i << 3);
    for (let k = 0; k < BLOCK; k++) {
      v128.store(lower, v128.load(p));
      v128.store(lower, v128.load(p, 16), 16);
      lower += 32;
      p += <usize>rows << 3;
    }
  }
}

/** Four rows of the rest: A ← A − L U for `tiles` tiles of four columns, L packed [k][4], U packed [tile][k][4]. */
export function updateRows(a: usize, stride: usize, l: usize, upper: usize, tiles: i32): void {
  const a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride;
  const stop = a + (<usize>tiles << 5);
  const row1 = a1 - a, row2 = a2 - a, row3 = a3 - a;
  let u = upper;
  for (let p = a; p < stop; p += 32) {
    let c00 = v128.load(p), c01 = v128.load(p, 16);
    let c10 = v128.load(p + row1), c11 = v128.load(p + row1, 16);
    let c20 = v128.load(p + row2), c21 = v128.load(p + row2, 16);
    let c30 = v128.load(p + row3), c31 = v128.load(p + row3, 16);
    const last = u + (BLOCK - 1 << 5);
    let f = l - 32;
    for (u -= 32; u < last; ) {
      u += 32;
      f += 32;
      const u0 = v128.load(u), u1 = v128.load(u, 16);
      let x = v128.load_splat<f64>(f);
      c00 = f64x2.sub(c00, f64x2.mul(x, u0));
      c01 = f64x2.sub(c01, f64x2.mul(x, u1));
      x = v128.load_splat<f64>(f, 8);
      c10 = f64x2.sub(c10, f64x2.mul(x, u0));
      c11 = f64x2.sub(c11, f64x2.mul(x, u1));
      x = v128.load_splat<f64>(f, 16);
      c20 = f64x2.sub(c20, f64x2.mul(x, u0));
      c21 = f64x2.sub(c21, f64x2.mul(x, u1));
      x = v128.load_splat<f64>(f, 24);
      c30 = f64x2.sub(c30, f64x2.mul(x, u0));
      c31 = f64x2.sub(c31, f64x2.mul(x, u1));
    }
    u += 32;
    v128.store(p, c00);
    v128.store(p, c01, 16);
    v128.store(p + row1, c10);
    v128.store(p + row1, c11, 16);
    v128.store(p + row2, c20);
    v128.store(p + row2, c21, 16);
    v128.store(p + row3, c30);
    v128.store(p + row3, c31, 16);
  }
}

// @ts-ignore: decorator
@inline
function at(A: usize, padded: i32, i: i32, j: i32): f64 {
  return load<f64>(A + (<usize>(i * padded + j) << 3));
}

// @ts-ignore: decorator
@inline
function component(x: usize, i: i32): f64 {
  return load<f64>(x + (<usize>i << 3));
}

// @ts-ignore: decorator
@inline
function setComponent(x: usize, i: i32, value: f64): void {
  store<f64>(x + (<usize>i << 3), value);
}

function swapComponents(x: usize, i: i32, j: i32): void {
  const t = component(x, i);
  setComponent(x, i, component(x, j));
  setComponent(x, j, t);
}

// @ts-ignore: decorator
@inline
function even(s: v128): f64 {
  return f64x2.extract_lane(s, 0);
}

// @ts-ignore: decorator
@inline
function odd(s: v128): f64 {
  return f64x2.extract_lane(s, 1);
}

/** Four rows of L y = b, the first being row b: rows above are done. Two partial sums per row, by parity of the column. */
export function solveLowerStrip(A: usize, padded: i32, b: i32, x: usize): void {
  const stride = <usize>padded << 3;
  const below = <usize>b << 3;
  let p = A + <usize>b * stride, p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
  let s0 = f64x2.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  for (let o: usize = 0; o < below; o += 16) {
    const xx = v128.load(x + o);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(p + o), xx));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(p1 + o), xx));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(p2 + o), xx));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(p3 + o), xx));
  }
  const q = x + below;
  p1 += below;
  p2 += below;
  p3 += below;
  const x0 = load<f64>(q) - (even(s0) + odd(s0));
  const x1 = load<f64>(q, 8) - (even(s1) + load<f64>(p1) * x0 + odd(s1));
  const x2 = load<f64>(q, 16) - (even(s2) + load<f64>(p2) * x0 + (odd(s2) + load<f64>(p2, 8) * x1));
  const x3 = load<f64>(q, 24)
    - (even(s3) + load<f64>(p3) * x0 + load<f64>(p3, 16) * x2 + (odd(s3) + load<f64>(p3, 8) * x1));
  store<f64>(q, x0);
  store<f64>(q, x1, 8);
  store<f64>(q, x2, 16);
  store<f64>(q, x3, 24);
}

/** Four rows of U x = y, rows below being done; sums run from the last column down. Rows beyond n stay zero. */
export function solveUpperStrip(A: usize, n: i32, padded: i32, b: i32, x: usize): void {
  const stride = <usize>padded << 3;
  const start = <usize>(b + 4) << 3;
  let p = A + <usize>b * stride, p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
  let s0 = f64x2.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  for (let o = stride; o > start; ) {
    o -= 16;
    const xx = v128.load(x + o);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(p + o), xx));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(p1 + o), xx));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(p2 + o), xx));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(p3 + o), xx));
  }
  const below = <usize>b << 3;
  const q = x + below;
  p += below;
  p1 += below;
  p2 += below;
  p3 += below;
  const x3 = b + 3 < n ? (load<f64>(q, 24) - (even(s3) + odd(s3))) / load<f64>(p3, 24) : 0.0;
  const x2 = b + 2 < n
    ? (load<f64>(q, 16) - (even(s2) + (odd(s2) + load<f64>(p2, 24) * x3))) / load<f64>(p2, 16)
    : 0.0;
  const x1 = b + 1 < n
    ? (load<f64>(q, 8) - (even(s1) + load<f64>(p1, 16) * x2 + (odd(s1) + load<f64>(p1, 24) * x3))) / load<f64>(p1, 8)
    : 0.0;
  const odd0 = odd(s0) + load<f64>(p, 24) * x3 + load<f64>(p, 8) * x1;
  store<f64>(q, (load<f64>(q) - (even(s0) + load<f64>(p, 16) * x2 + odd0)) / load<f64>(p));
  store<f64>(q, x1, 8);
  store<f64>(q, x2, 16);
  store<f64>(q, x3, 24);
}

/** x ← A⁻¹ x from the factors; x has `padded` numbers, zero beyond n. */
export function solve(A: usize, n: i32, padded: i32, pivots: usize, x: usize): void {
  for (let k = 0; k < n; k++) {
    const p = load<i32>(pivots + (<usize>k << 2));
    if (p != k) swapComponents(x, k, p);
  }
  for (let b = 0; b < padded; b += 4) solveLowerStrip(A, padded, b, x);
  for (let b = padded - 4; b >= 0; b -= 4) solveUpperStrip(A, n, padded, b, x);
}

/** x ← x − x₀ row₀ − x₁ row₁ − x₂ row₂ − x₃ row₃, in that order, over the columns from … to (both even). */
export function subtractRows(
  x: usize, r0: usize, r1: usize, r2: usize, r3: usize, x0: f64, x1: f64, x2: f64, x3: f64, from: i32, to: i32,
): void {
  const f0 = f64x2.splat(x0), f1 = f64x2.splat(x1), f2 = f64x2.splat(x2), f3 = f64x2.splat(x3);
  for (let o = <usize>from << 3; o < <usize>to << 3; o += 16) {
    let s = f64x2.sub(v128.load(x + o), f64x2.mul(f0, v128.load(r0 + o)));
    s = f64x2.sub(s, f64x2.mul(f1, v128.load(r1 + o)));
    s = f64x2.sub(s, f64x2.mul(f2, v128.load(r2 + o)));
    v128.store(x + o, f64x2.sub(s, f64x2.mul(f3, v128.load(r3 + o))));
  }
}

/** x ← A⁻ᵀ x from the factors; x has `padded` numbers, zero beyond n. */
export function solveTransposed(A: usize, n: i32, padded: i32, pivots: usize, x: usize): void {
  const stride = <usize>padded << 3;
  for (let b = 0; b < padded; b += 4) {
    const end = min(n, b + 4);
    for (let i = b; i < end; i++) {
      const xi = component(x, i) / at(A, padded, i, i);
      setComponent(x, i, xi);
      for (let j = i + 1; j < end; j++) setComponent(x, j, component(x, j) - xi * at(A, padded, i, j));
    }
    const r0 = A + <usize>b * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    subtractRows(
      x, r0, r1, r2, r3, component(x, b), component(x, b + 1), component(x, b + 2), component(x, b + 3), b + 4, padded,
    );
  }
  for (let b = padded - 4; b >= 0; b -= 4) {
    for (let i = min(n, b + 4) - 1; i > b; i--) {
      const xi = component(x, i);
      for (let j = b; j < i; j++) setComponent(x, j, component(x, j) - xi * at(A, padded, i, j));
    }
    const r0 = A + <usize>b * stride, r1 = r0 + stride, r2 = r1 + stride, r3 = r2 + stride;
    subtractRows(
      x, r3, r2, r1, r0, component(x, b + 3), component(x, b + 2), component(x, b + 1), component(x, b), 0, b,
    );
  }
  for (let k = n - 1; k >= 0; k--) {
    const p = load<i32>(pivots + (<usize>k << 2));
    if (p != k) swapComponents(x, k, p);
  }
}
