/**
 * The LU factorisation and the triangular solves of linear-solve.ts in single precision: four numbers to a vector, half
 * the memory, half the time. GMRES makes a float64 answer of it, see lib/wasm/single.ts.
 *
 * The matrix is row-major with `padded` rows of `padded` float32, padded = n rounded up to a multiple of eight and zero
 * beyond n. Every entry receives aᵢⱼ ← aᵢⱼ − lᵢₖ uₖⱼ one by one with k ascending, each operation rounded to float32.
 */

/** Columns of a panel. */
// @ts-ignore: decorator
@inline const BLOCK = 32;

/** Numbers of a tile of the packed U: BLOCK rows of eight. */
// @ts-ignore: decorator
@inline const TILE = BLOCK * 8;

/** Rounds an n×n matrix of float64 to float32 with padded rows; what lies beyond n is set to zero. */
export function demoteMatrix(A: usize, n: i32, single: usize, padded: i32): void {
  memory.fill(single, 0, <usize>(padded * padded) << 2);
  for (let i = 0; i < n; i++) {
    demoteRow(A + (<usize>(i * n) << 3), n, single + (<usize>(i * padded) << 2));
  }
}

export function demoteRow(row: usize, n: i32, single: usize): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    const p = row + (<usize>j << 3);
    const low = f32x4.demote_f64x2_zero(v128.load(p)), high = f32x4.demote_f64x2_zero(v128.load(p, 16));
    v128.store(single + (<usize>j << 2), v128.shuffle<f32>(low, high, 0, 1, 4, 5));
  }
  for (; j < n; j++) store<f32>(single + (<usize>j << 2), <f32>load<f64>(row + (<usize>j << 3)));
}

/**
 * Factorises in place. `work` is room for 3·BLOCK·padded float32.
 * Returns 1, or 0 at the first pivot that is zero or not a number.
 */
export function factorizeSingle(A: usize, n: i32, padded: i32, pivots: usize, work: usize): i32 {
  const room = <usize>(BLOCK * padded) << 2;
  const panel = work, lower = panel + room, upper = lower + room;
  const stride = <usize>padded << 2;
  for (let j = 0; j < n; j += BLOCK) {
    const width = min(BLOCK, n - j);
    const rows = padded - j;
    const end = j + width;
    const corner = A + <usize>j * stride + (<usize>j << 2);
    packSinglePanel(corner, stride, panel, rows, width);
    for (let c = 0; c < width; c++) {
      const at = factorSinglePanel(panel, rows, c, width);
      store<i32>(pivots + (<usize>(j + c) << 2), j + at);
      const pivot = load<f32>(panel + (<usize>(c * rows + c) << 2));
      if (!(abs(pivot) > 0.0)) return 0;
      updateSinglePanel(panel, rows, c, width);
    }
    unpackSinglePanel(corner, stride, panel, rows, n - j, width);
    for (let c = j; c < end; c++) {
      const at = load<i32>(pivots + (<usize>c << 2));
      if (at == c) continue;
      const row = A + <usize>c * stride, other = A + <usize>at * stride;
      swapSingle(row, other, j);
      swapSingle(row + (<usize>end << 2), other + (<usize>end << 2), padded - end);
    }
    if (end >= n) break; // full panels end at multiples of eight
    for (let q = end; q < padded; q += 8) {
      solveSingleTop(
        corner, A + <usize>j * stride + (<usize>q << 2), stride, upper + (<usize>((q - end) * BLOCK) << 2),
      );
    }
    packSingleRows(panel, rows, lower);
    for (let i = end; i < padded; i += 4) {
      updateSingleRows(
        A + <usize>i * stride + (<usize>end << 2), stride, lower + (<usize>((i - end) * BLOCK) << 2), upper,
        (padded - end) >> 3,
      );
    }
  }
  return 1;
}

/** Copies columns into contiguous ones. */
function packSinglePanel(corner: usize, stride: usize, panel: usize, rows: i32, width: i32): void {
  for (let i = 0; i < rows; i++) {
    const row = corner + <usize>i * stride;
    for (let c = 0; c < width; c++) store<f32>(panel + (<usize>(c * rows + i) << 2), load<f32>(row + (<usize>c << 2)));
  }
}

/** Copies back the first `count` rows: those beyond n stay 0, where the panel may have divided them to −0. */
function unpackSinglePanel(corner: usize, stride: usize, panel: usize, rows: i32, count: i32, width: i32): void {
  for (let i = 0; i < count; i++) {
    const row = corner + <usize>i * stride;
    for (let c = 0; c < width; c++) store<f32>(row + (<usize>c << 2), load<f32>(panel + (<usize>(c * rows + i) << 2)));
  }
}

/** Exchanges `count` numbers. */
function swapSingle(a: usize, b: usize, count: i32): void {
  for (let o: usize = 0; o < <usize>count << 2; o += 4) {
    const t = load<f32>(a + o);
    store<f32>(a + o, load<f32>(b + o));
    store<f32>(b + o, t);
  }
}

/** Row of the first largest entry of column c from row c on; c if there is none above zero. */
function findPivot(column: usize, rows: i32, c: i32): i32 {
  let largest: f32 = 0.0;
  let i = c;
  for (; i & 3 && i < rows; i++) largest = max(largest, magnitude(load<f32>(column + (<usize>i << 2))));
  const from = i;
  let s = f32x4.splat(0.0);
  for (; i < rows; i += 4) s = f32x4.pmax(s, f32x4.abs(v128.load(column + (<usize>i << 2))));
  largest = max(largest, f32x4.extract_lane(s, 0));
  largest = max(largest, f32x4.extract_lane(s, 1));
  largest = max(largest, f32x4.extract_lane(s, 2));
  largest = max(largest, f32x4.extract_lane(s, 3));
  if (!(largest > 0.0)) return c;
  for (i = c; i < from; i++) if (abs(load<f32>(column + (<usize>i << 2))) == largest) return i;
  const wanted = f32x4.splat(largest);
  while (!v128.any_true(f32x4.eq(f32x4.abs(v128.load(column + (<usize>i << 2))), wanted))) i += 4;
  while (abs(load<f32>(column + (<usize>i << 2))) != largest) i++;
  return i;
}

/** |x|, and 0 for what is not a number. */
// @ts-ignore: decorator
@inline
function magnitude(x: f32): f32 {
  return abs(x) >= 0.0 ? abs(x) : 0.0;
}

/** Finds the pivot of column c from row c on (rows is a multiple of four), exchanges the rows, divides. Returns its row. */
export function factorSinglePanel(panel: usize, rows: i32, c: i32, width: i32): i32 {
  const column = panel + (<usize>(c * rows) << 2);
  const at = findPivot(column, rows, c);
  if (at != c) {
    for (let q = 0; q < width; q++) {
      const p = panel + (<usize>(q * rows) << 2);
      const t = load<f32>(p + (<usize>c << 2));
      store<f32>(p + (<usize>c << 2), load<f32>(p + (<usize>at << 2)));
      store<f32>(p + (<usize>at << 2), t);
    }
  }
  const pivot = load<f32>(column + (<usize>c << 2));
  if (!(abs(pivot) > 0.0)) return at;
  let i = c + 1;
  for (; i & 3 && i < rows; i++) {
    const p = column + (<usize>i << 2);
    store<f32>(p, load<f32>(p) / pivot);
  }
  const d = f32x4.splat(pivot);
  for (; i < rows; i += 4) {
    const p = column + (<usize>i << 2);
    v128.store(p, f32x4.div(v128.load(p), d));
  }
  return at;
}

/** Columns after c of the panel, rows after c:  aᵢⱼ ← aᵢⱼ − lᵢ꜀ u꜀ⱼ, four columns to each load of l. */
export function updateSinglePanel(panel: usize, rows: i32, c: i32, width: i32): void {
  const bytes = <usize>rows << 2;
  const at = <usize>c << 2;
  const l = panel + <usize>c * bytes;
  const first = c + 1;
  const start = min(<usize>((first + 3) & ~3) << 2, bytes);
  let q = first;
  for (; q + 4 <= width; q += 4) {
    const b0 = panel + <usize>q * bytes, b1 = b0 + bytes, b2 = b1 + bytes, b3 = b2 + bytes;
    const u0 = v128.load_splat<f32>(b0 + at), u1 = v128.load_splat<f32>(b1 + at);
    const u2 = v128.load_splat<f32>(b2 + at), u3 = v128.load_splat<f32>(b3 + at);
    for (let o = <usize>first << 2; o < start; o += 4) {
      const x = load<f32>(l + o);
      store<f32>(b0 + o, load<f32>(b0 + o) - x * f32x4.extract_lane(u0, 0));
      store<f32>(b1 + o, load<f32>(b1 + o) - x * f32x4.extract_lane(u1, 0));
      store<f32>(b2 + o, load<f32>(b2 + o) - x * f32x4.extract_lane(u2, 0));
      store<f32>(b3 + o, load<f32>(b3 + o) - x * f32x4.extract_lane(u3, 0));
    }
    for (let o = start; o < bytes; o += 16) {
      const x = v128.load(l + o);
      v128.store(b0 + o, f32x4.sub(v128.load(b0 + o), f32x4.mul(x, u0)));
      v128.store(b1 + o, f32x4.sub(v128.load(b1 + o), f32x4.mul(x, u1)));
      v128.store(b2 + o, f32x4.sub(v128.load(b2 + o), f32x4.mul(x, u2)));
      v128.store(b3 + o, f32x4.sub(v128.load(b3 + o), f32x4.mul(x, u3)));
    }
  }
  for (; q < width; q++) {
    const b = panel + <usize>q * bytes;
    const u = v128.load_splat<f32>(b + at);
    for (let o = <usize>first << 2; o < start; o += 4) {
      store<f32>(b + o, load<f32>(b + o) - load<f32>(l + o) * f32x4.extract_lane(u, 0));
    }
    for (let o = start; o < bytes; o += 16) {
      v128.store(b + o, f32x4.sub(v128.load(b + o), f32x4.mul(v128.load(l + o), u)));
    }
  }
}

/** Eight columns of the rows beside a full diagonal block: uₖ ← uₖ − Σ lₖₘ uₘ, in A and packed into `upper`. */
export function solveSingleTop(corner: usize, a: usize, stride: usize, upper: usize): void {
  for (let k = 0; k < BLOCK; k++) {
    const row = a + <usize>k * stride;
    const l = corner + <usize>k * stride;
    let x = v128.load(row), y = v128.load(row, 16);
    for (let m = 0; m < k; m++) {
      const u = upper + (<usize>m << 5);
      const f = v128.load_splat<f32>(l + (<usize>m << 2));
      x = f32x4.sub(x, f32x4.mul(f, v128.load(u)));
      y = f32x4.sub(y, f32x4.mul(f, v128.load(u, 16)));
    }
    const u = upper + (<usize>k << 5);
    v128.store(u, x);
    v128.store(u, y, 16);
    v128.store(row, x);
    v128.store(row, y, 16);
  }
}

/** Rearranges L below the diagonal block from columns to strips of four rows, [strip][k][4]. */
function packSingleRows(panel: usize, rows: i32, lower: usize): void {
  for (let i = BLOCK; i < rows; i += 4) {
    let p = panel + (<usize>i << 2);
    for (let k = 0; k < BLOCK; k++) {
      v128.store(lower, v128.load(p));
      lower += 16;
      p += <usize>rows << 2;
    }
  }
}

/** Four rows of the rest: A ← A − L U for `tiles` tiles of eight columns, L packed [k][4], U packed [tile][k][8]. */
export function updateSingleRows(a: usize, stride: usize, l: usize, upper: usize, tiles: i32): void {
  const a1 = a + stride, a2 = a1 + stride, a3 = a2 + stride;
  const stop = a + (<usize>tiles << 5);
  const row1 = a1 - a, row2 = a2 - a, row3 = a3 - a;
  let u = upper;
  for (let p = a; p < stop; p += 32) {
    let c00 = v128.load(p), c01 = v128.load(p, 16);
    let c10 = v128.load(p + row1), c11 = v128.load(p + row1, 16);
    let c20 = v128.load(p + row2), c21 = v128.load(p + row2, 16);
    let c30 = v128.load(p + row3), c31 = v128.load(p + row3, 16);
    const last = u + (TILE << 2) - 32;
    let f = l - 16;
    for (u -= 32; u < last; ) {
      u += 32;
      f += 16;
      const u0 = v128.load(u), u1 = v128.load(u, 16);
      let x = v128.load_splat<f32>(f);
      c00 = f32x4.sub(c00, f32x4.mul(x, u0));
      c01 = f32x4.sub(c01, f32x4.mul(x, u1));
      x = v128.load_splat<f32>(f, 4);
      c10 = f32x4.sub(c10, f32x4.mul(x, u0));
      c11 = f32x4.sub(c11, f32x4.mul(x, u1));
      x = v128.load_splat<f32>(f, 8);
      c20 = f32x4.sub(c20, f32x4.mul(x, u0));
      c21 = f32x4.sub(c21, f32x4.mul(x, u1));
      x = v128.load_splat<f32>(f, 12);
      c30 = f32x4.sub(c30, f32x4.mul(x, u0));
      c31 = f32x4.sub(c31, f32x4.mul(x, u1));
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
function entry(x: usize, i: i32): f32 {
  return load<f32>(x + (<usize>i << 2));
}

// @ts-ignore: decorator
@inline
function lanesOf(s: v128): f32 {
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1)
    + (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3));
}

/** x ← P x. */
function permute(pivots: usize, n: i32, x: usize): void {
  for (let k = 0; k < n; k++) {
    const p = load<i32>(pivots + (<usize>k << 2));
    if (p == k) continue;
    const t = entry(x, k);
    store<f32>(x + (<usize>k << 2), entry(x, p));
    store<f32>(x + (<usize>p << 2), t);
  }
}

/** Four rows of L y = b from row b: four partial sums per row over the columns left of the strip, by column mod 4. */
export function solveSingleLower(A: usize, padded: i32, b: i32, x: usize): void {
  const stride = <usize>padded << 2;
  const below = <usize>b << 2;
  const p = A + <usize>b * stride, p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
  let s0 = f32x4.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  for (let o: usize = 0; o < below; o += 16) {
    const xx = v128.load(x + o);
    s0 = f32x4.add(s0, f32x4.mul(v128.load(p + o), xx));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(p1 + o), xx));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(p2 + o), xx));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(p3 + o), xx));
  }
  const q = x + below;
  const x0 = entry(q, 0) - lanesOf(s0);
  const x1 = entry(q, 1) - (lanesOf(s1) + entry(p1 + below, 0) * x0);
  const x2 = entry(q, 2) - (lanesOf(s2) + entry(p2 + below, 0) * x0 + entry(p2 + below, 1) * x1);
  const x3 = entry(q, 3)
    - (lanesOf(s3) + entry(p3 + below, 0) * x0 + entry(p3 + below, 1) * x1 + entry(p3 + below, 2) * x2);
  store<f32>(q, x0);
  store<f32>(q, x1, 4);
  store<f32>(q, x2, 8);
  store<f32>(q, x3, 12);
}

/** Four rows of U x = y from row b, rows below being done. Rows beyond n stay zero. */
export function solveSingleUpper(A: usize, n: i32, padded: i32, b: i32, x: usize): void {
  const stride = <usize>padded << 2;
  const p = A + <usize>b * stride, p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
  let s0 = f32x4.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  for (let o = <usize>(b + 4) << 2; o < stride; o += 16) {
    const xx = v128.load(x + o);
    s0 = f32x4.add(s0, f32x4.mul(v128.load(p + o), xx));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(p1 + o), xx));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(p2 + o), xx));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(p3 + o), xx));
  }
  const at = <usize>b << 2;
  const q = x + at;
  const x3: f32 = b + 3 < n ? (entry(q, 3) - lanesOf(s3)) / entry(p3 + at, 3) : 0.0;
  const x2: f32 = b + 2 < n ? (entry(q, 2) - (lanesOf(s2) + entry(p2 + at, 3) * x3)) / entry(p2 + at, 2) : 0.0;
  const x1: f32 = b + 1 < n
    ? (entry(q, 1) - (lanesOf(s1) + entry(p1 + at, 3) * x3 + entry(p1 + at, 2) * x2)) / entry(p1 + at, 1)
    : 0.0;
  const x0: f32 = b < n
    ? (entry(q, 0) - (lanesOf(s0) + entry(p + at, 3) * x3 + entry(p + at, 2) * x2 + entry(p + at, 1) * x1))
      / entry(p + at, 0)
    : 0.0;
  store<f32>(q, x0);
  store<f32>(q, x1, 4);
  store<f32>(q, x2, 8);
  store<f32>(q, x3, 12);
}

/** x ← A⁻¹ x from the factors; x has `padded` float32, zero beyond n. */
export function solveSingle(A: usize, n: i32, padded: i32, pivots: usize, x: usize): void {
  permute(pivots, n, x);
  for (let b = 0; b < padded; b += 4) solveSingleLower(A, padded, b, x);
  for (let b = padded - 4; b >= 0; b -= 4) solveSingleUpper(A, n, padded, b, x);
}
