/**
 * Reduction to Hessenberg form and the sweeps of the double-shift QR iteration. Row-major, `stride` bytes from row to
 * row. lib/wasm/eigen.ts holds the iteration itself; the tests compare the bits with plain loops.
 */

/**
 * Householder reduction A → Qᵀ A Q with zeros below the first subdiagonal, one pass over A per column.
 *
 * Column k needs  A ← (I − τ v vᵀ) A (I − τ v vᵀ). The product from the left waits as (τv, w = vᵀA) until the pass of the
 * next column, so that each entry is read and written once per column. n even, rows and columns padded with zeros. Rows
 * beyond the square (from n to `rows`−1, an even number) only take the products from the right: an identity there becomes
 * Q. Columns before `first` have their form already. v, w, v2, w2 are workspace for `rows` numbers each.
 */
export function hessenberg(A: usize, n: i32, rows: i32, first: i32, v: usize, w: usize, v2: usize, w2: usize): void {
  const bytes = <usize>n << 3;
  memory.fill(v, 0, <usize>rows << 3);
  memory.fill(v2, 0, <usize>rows << 3);
  let tau = 0.0;
  memory.fill(w, 0, bytes);
  for (let k = first; k < n - 2; k++) {
    const wk = load<f64>(w + (<usize>k << 3));
    let rest = 0.0;
    memory.fill(v2, 0, bytes);
    memory.fill(w2, 0, bytes);
    for (let i = k + 1; i < n; i++) {
      const o = <usize>i << 3;
      const x = load<f64>(A + <usize>i * bytes + (<usize>k << 3)) - tau * load<f64>(v + o) * wk;
      store<f64>(v2 + o, x);
      if (i > k + 1) rest += x * x;
    }
    const head = v2 + (<usize>(k + 1) << 3);
    const alpha = load<f64>(head);
    let beta = alpha;
    let tau2 = 0.0;
    if (rest != 0.0) {
      const size = Math.sqrt(alpha * alpha + rest);
      beta = alpha < 0.0 ? size : -size;
      tau2 = (beta - alpha) / beta;
      for (let o = <usize>(k + 2) << 3; o < bytes; o += 8) store<f64>(v2 + o, load<f64>(v2 + o) / (alpha - beta));
      store<f64>(head, 1.0);
    } else {
      memory.fill(v2, 0, bytes);
    }
    for (let i = 0; i < rows; i += 2) reduceRows(A + <usize>i * bytes, bytes, i, k, tau, tau2, v, w, v2, w2);
    store<f64>(A + <usize>(k + 1) * bytes + (<usize>k << 3), beta);
    for (let i = k + 2; i < n; i++) store<f64>(A + <usize>i * bytes + (<usize>k << 3), 0.0);
    store<f64>(w2 + (<usize>k << 3), 0.0);
    let t = v;
    v = v2;
    v2 = t;
    t = w;
    w = w2;
    w2 = t;
    tau = tau2;
  }
  for (let i = max(0, n - 2); i < n; i++) {
    const g = tau * load<f64>(v + (<usize>i << 3));
    const row = A + <usize>i * bytes;
    for (let o: usize = 0; o < bytes; o += 8) store<f64>(row + o, load<f64>(row + o) - g * load<f64>(w + o));
  }
}

/** Two rows of one pass: the waiting product from the left, then this column's from the right, then w ← w + vᵀ A. */
export function reduceRows(
  p: usize, bytes: usize, i: i32, k: i32, tau: f64, tau2: f64, v: usize, w: usize, v2: usize, w2: usize,
): void {
  const q = p + bytes;
  const io = <usize>i << 3;
  const start = <usize>((k + 1) & ~1) << 3;
  let d0 = f64x2.splat(0.0), d1 = d0;
  if (i + 1 >= k) {
    const g0 = f64x2.splat(tau * load<f64>(v + io)), g1 = f64x2.splat(tau * load<f64>(v + io, 8));
    for (let o = start; o < bytes; o += 16) {
      const ww = v128.load(w + o), vv = v128.load(v2 + o);
      const x0 = f64x2.sub(v128.load(p + o), f64x2.mul(g0, ww));
      const x1 = f64x2.sub(v128.load(q + o), f64x2.mul(g1, ww));
      v128.store(p + o, x0);
      v128.store(q + o, x1);
      d0 = f64x2.add(d0, f64x2.mul(x0, vv));
      d1 = f64x2.add(d1, f64x2.mul(x1, vv));
    }
    if (!((k + 1) & 1)) {
      // the pass begins after column k, which row k still needs
      const o = <usize>k << 3;
      const ww = load<f64>(w + o);
      store<f64>(p + o, load<f64>(p + o) - f64x2.extract_lane(g0, 0) * ww);
      store<f64>(q + o, load<f64>(q + o) - f64x2.extract_lane(g1, 0) * ww);
    }
  } else {
    for (let o = start; o < bytes; o += 16) {
      const vv = v128.load(v2 + o);
      d0 = f64x2.add(d0, f64x2.mul(v128.load(p + o), vv));
      d1 = f64x2.add(d1, f64x2.mul(v128.load(q + o), vv));
    }
  }
  const e0 = f64x2.splat(tau2 * (f64x2.extract_lane(d0, 0) + f64x2.extract_lane(d0, 1)));
  const e1 = f64x2.splat(tau2 * (f64x2.extract_lane(d1, 0) + f64x2.extract_lane(d1, 1)));
  if (i + 1 > k) {
    const f0 = v128.load_splat<f64>(v2 + io), f1 = v128.load_splat<f64>(v2 + io, 8);
    for (let o = start; o < bytes; o += 16) {
      const vv = v128.load(v2 + o);
      const x0 = f64x2.sub(v128.load(p + o), f64x2.mul(e0, vv));
      const x1 = f64x2.sub(v128.load(q + o), f64x2.mul(e1, vv));
      v128.store(p + o, x0);
      v128.store(q + o, x1);
      v128.store(w2 + o, f64x2.add(f64x2.add(v128.load(w2 + o), f64x2.mul(x0, f0)), f64x2.mul(x1, f1)));
    }
  } else {
    for (let o = start; o < bytes; o += 16) {
      const vv = v128.load(v2 + o);
      v128.store(p + o, f64x2.sub(v128.load(p + o), f64x2.mul(e0, vv)));
      v128.store(q + o, f64x2.sub(v128.load(q + o), f64x2.mul(e1, vv)));
    }
  }
}

// @ts-ignore: decorator
@inline
export function entry(H: usize, stride: usize, i: i32, j: i32): f64 {
  return load<f64>(H + <usize>i * stride + (<usize>j << 3));
}

// @ts-ignore: decorator
@inline
export function setEntry(H: usize, stride: usize, i: i32, j: i32, value: f64): void {
  store<f64>(H + <usize>i * stride + (<usize>j << 3), value);
}

/** How many reflections wait before they are applied to the rows above. */
// @ts-ignore: decorator
@inline const DELAY = 24;

/**
 * One double-shift sweep over rows m … end of the active block that begins at row l; p, q, r is the first column of the
 * shifted square. Reflections of rows reach to the last of `columns`, which may lie beyond the square; those of columns
 * begin at row `top`. For eigenvalues alone, top = l and columns = end + 1.
 *
 * A reflection acts on three rows at once, and on three columns of all rows above. The columns part waits in `waiting`
 * (five numbers per row of the sweep) until DELAY reflections can be applied to a row in one go.
 */
export function sweep(
  H: usize, stride: usize, top: i32, l: i32, m: i32, end: i32, columns: i32, p: f64, q: f64, r: f64, waiting: usize,
): void {
  let from = m;
  for (let k = m; k < end; k++) {
    const isLast = k == end - 1;
    const f = waiting + <usize>k * 40;
    let scale = 1.0;
    if (k != m) {
      p = entry(H, stride, k, k - 1);
      q = entry(H, stride, k + 1, k - 1);
      r = isLast ? 0.0 : entry(H, stride, k + 2, k - 1);
      scale = abs(p) + abs(q) + abs(r);
      if (scale == 0.0) {
        memory.fill(f, 0, 40);
        if (isLast) flush(H, stride, waiting, top, from, k);
        else if (k + 1 - from >= DELAY) {
          flush(H, stride, waiting, top, from, k + 1);
          from = k + 1;
        }
        continue;
      }
      p /= scale;
      q /= scale;
      r /= scale;
    }
    const size = Math.sqrt(p * p + q * q + r * r);
    const s = p < 0.0 ? -size : size;
    if (k != m) setEntry(H, stride, k, k - 1, -s * scale);
    else if (l != m) setEntry(H, stride, k, k - 1, -entry(H, stride, k, k - 1));
    p += s;
    const x = p / s, y = q / s, z = r / s;
    q /= p;
    r /= p;
    store<f64>(f, x);
    store<f64>(f, y, 8);
    store<f64>(f, z, 16);
    store<f64>(f, q, 24);
    store<f64>(f, r, 32);
    if (!isLast) {
      rotateRows(H + <usize>k * stride, stride, k, columns - 1, x, y, z, q, r);
      const bottom = min(end, k + 3);
      for (let i = k + 1; i <= bottom; i++) applyToRow(H + <usize>i * stride + (<usize>k << 3), f);
      if (k + 1 - from >= DELAY) {
        flush(H, stride, waiting, top, from, k + 1);
        from = k + 1;
      }
    } else {
      rotateTwoRows(H + <usize>k * stride, stride, k, columns - 1, x, y, q);
      flush(H, stride, waiting, top, from, k);
      rotateTwoColumns(H + (<usize>k << 3), stride, top, end + 1, x, y, q);
    }
  }
}

/** Applies the waiting reflections from … to−1 to the rows that have not seen them: all above, and their own triangle. */
function flush(H: usize, stride: usize, waiting: usize, top: i32, from: i32, to: i32): void {
  for (let i = from + 1; i < to; i++) {
    for (let k = i; k < to; k++) applyToRow(H + <usize>i * stride + (<usize>k << 3), waiting + <usize>k * 40);
  }
  if (to > from) rotateColumns(H, stride, waiting, from, to, top, from + 1);
}

// @ts-ignore: decorator
@inline
function applyToRow(h: usize, f: usize): void {
  const t = load<f64>(f) * load<f64>(h) + load<f64>(f, 8) * load<f64>(h, 8) + load<f64>(f, 16) * load<f64>(h, 16);
  store<f64>(h, load<f64>(h) - t);
  store<f64>(h, load<f64>(h, 8) - t * load<f64>(f, 24), 8);
  store<f64>(h, load<f64>(h, 16) - t * load<f64>(f, 32), 16);
}

/** Three rows from column k to `end`: t = a + q b + r c, then a − t x, b − t y, c − t z. */
export function rotateRows(
  h: usize, stride: usize, k: i32, end: i32, x: f64, y: f64, z: f64, q: f64, r: f64,
): void {
  const h1 = h + stride, h2 = h1 + stride;
  const stop = <usize>(end + 1) << 3;
  let o = <usize>k << 3;
  if (k & 1) {
    rotateColumn(h + o, h1 + o, h2 + o, x, y, z, q, r);
    o += 8;
  }
  const xx = f64x2.splat(x), yy = f64x2.splat(y), zz = f64x2.splat(z), qq = f64x2.splat(q), rr = f64x2.splat(r);
  for (; o + 16 <= stop; o += 16) {
    const a = v128.load(h + o), b = v128.load(h1 + o), c = v128.load(h2 + o);
    const t = f64x2.add(f64x2.add(a, f64x2.mul(qq, b)), f64x2.mul(rr, c));
    v128.store(h + o, f64x2.sub(a, f64x2.mul(t, xx)));
    v128.store(h1 + o, f64x2.sub(b, f64x2.mul(t, yy)));
    v128.store(h2 + o, f64x2.sub(c, f64x2.mul(t, zz)));
  }
  if (o < stop) rotateColumn(h + o, h1 + o, h2 + o, x, y, z, q, r);
}

// @ts-ignore: decorator
@inline
function rotateColumn(a: usize, b: usize, c: usize, x: f64, y: f64, z: f64, q: f64, r: f64): void {
  const t = load<f64>(a) + q * load<f64>(b) + r * load<f64>(c);
  store<f64>(c, load<f64>(c) - t * z);
  store<f64>(b, load<f64>(b) - t * y);
  store<f64>(a, load<f64>(a) - t * x);
}

/** The last reflection of a sweep acts on two rows only. */
function rotateTwoRows(h: usize, stride: usize, k: i32, end: i32, x: f64, y: f64, q: f64): void {
  const h1 = h + stride;
  for (let o = <usize>k << 3; o <= <usize>end << 3; o += 8) {
    const t = load<f64>(h + o) + q * load<f64>(h1 + o);
    store<f64>(h1 + o, load<f64>(h1 + o) - t * y);
    store<f64>(h + o, load<f64>(h + o) - t * x);
  }
}

/** The same reflection on two columns of rows first … last−1. */
function rotateTwoColumns(h: usize, stride: usize, first: i32, last: i32, x: f64, y: f64, q: f64): void {
  h += <usize>first * stride;
  for (let i = first; i < last; i++, h += stride) {
    const t = x * load<f64>(h) + y * load<f64>(h, 8);
    store<f64>(h, load<f64>(h) - t);
    store<f64>(h, load<f64>(h, 8) - t * q, 8);
  }
}

/** Reflections from … to−1 on the columns of rows first … last−1, four rows at a time. */
export function rotateColumns(
  H: usize, stride: usize, waiting: usize, from: i32, to: i32, first: i32, last: i32,
): void {
  let i = first;
  for (; i + 4 <= last; i += 4) {
    let p = H + <usize>i * stride + (<usize>from << 3);
    let p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
    // lanes: a, b, c are columns k, k+1, k+2 of rows i, i+1 (0) and i+2, i+3 (1)
    let a0 = v128.load64_lane(p1, v128.load64_zero(p), 1), a1 = v128.load64_lane(p3, v128.load64_zero(p2), 1);
    let b0 = v128.load64_lane(p1, v128.load64_zero(p, 8), 1, 8);
    let b1 = v128.load64_lane(p3, v128.load64_zero(p2, 8), 1, 8);
    let f = waiting + <usize>from * 40;
    for (let k = from; k < to; k++) {
      const c0 = v128.load64_lane(p1, v128.load64_zero(p, 16), 1, 16);
      const c1 = v128.load64_lane(p3, v128.load64_zero(p2, 16), 1, 16);
      const x = v128.load_splat<f64>(f), y = v128.load_splat<f64>(f, 8), z = v128.load_splat<f64>(f, 16);
      const t0 = f64x2.add(f64x2.add(f64x2.mul(x, a0), f64x2.mul(y, b0)), f64x2.mul(z, c0));
      const t1 = f64x2.add(f64x2.add(f64x2.mul(x, a1), f64x2.mul(y, b1)), f64x2.mul(z, c1));
      a0 = f64x2.sub(a0, t0);
      a1 = f64x2.sub(a1, t1);
      v128.store64_lane(p, a0, 0);
      v128.store64_lane(p1, a0, 1);
      v128.store64_lane(p2, a1, 0);
      v128.store64_lane(p3, a1, 1);
      const q = v128.load_splat<f64>(f, 24), r = v128.load_splat<f64>(f, 32);
      a0 = f64x2.sub(b0, f64x2.mul(t0, q));
      a1 = f64x2.sub(b1, f64x2.mul(t1, q));
      b0 = f64x2.sub(c0, f64x2.mul(t0, r));
      b1 = f64x2.sub(c1, f64x2.mul(t1, r));
      p += 8;
      p1 += 8;
      p2 += 8;
      p3 += 8;
      f += 40;
    }
    v128.store64_lane(p, a0, 0);
    v128.store64_lane(p1, a0, 1);
    v128.store64_lane(p2, a1, 0);
    v128.store64_lane(p3, a1, 1);
    v128.store64_lane(p, b0, 0, 8);
    v128.store64_lane(p1, b0, 1, 8);
    v128.store64_lane(p2, b1, 0, 8);
    v128.store64_lane(p3, b1, 1, 8);
  }
  for (; i < last; i++) {
    for (let k = from; k < to; k++) applyToRow(H + <usize>i * stride + (<usize>k << 3), waiting + <usize>k * 40);
  }
}
