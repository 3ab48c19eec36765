/**
 * A sweep of many double shifts at once (Braman, Byers & Mathias 2002). Row-major, `stride` bytes from row to row.
 *
 * Each pair of shifts makes a bulge below the diagonal; the bulges follow each other, three rows apart, from the top of
 * the active block to its end. They move STEPS rows one after the other inside a diagonal window. What lies beside and
 * above the window then receives all of these reflections, one strip at a time, which stays in first-level cache.
 *
 * A reflection acts on a triple (a, b, c):  t = x (a + r c + q b),  a − t, b − q t, c − r t.
 */
import { entry, setEntry } from "./eigen";

/** Rows that each bulge moves before the strips are brought up to date. */
// @ts-ignore: decorator
@inline const STEPS = 32;
/** Reflections that wait inside the window. */
// @ts-ignore: decorator
@inline const DELAY = 8;
/** Columns of a strip. */
// @ts-ignore: decorator
@inline const WIDTH = 32;
/** Bytes of a reflection: x, q, r. */
// @ts-ignore: decorator
@inline const RECORD = 24;

/**
 * One sweep of `bulges` pairs of shifts over rows l … end, at least three; only rows and columns l … end are brought up to
 * date. A pair is (x, y, product) with (s₁ − z)(s₂ − z) = (x − z)(y − z) − product. `room` holds
 * (3·bulges + STEPS + 3)·WIDTH + 3·bulges·STEPS numbers.
 */
export function chase(H: usize, stride: usize, l: i32, end: i32, shifts: usize, bulges: i32, room: usize): void {
  const length = 3 * (bulges - 1);
  const strip = room + <usize>(RECORD * bulges * STEPS);
  const stop = end - l + length;
  for (let t = 0; t < stop; t += STEPS) {
    const a = max(l, l + t - length);
    const b = min(end, l + t + STEPS + 2);
    for (let i = 0; i < bulges; i++) {
      const from = max(l, l + t - 3 * i), to = min(end, l + t + STEPS - 3 * i);
      moveBulge(H, stride, l, end, a, b, from, to, shifts + <usize>(RECORD * i), room + <usize>(RECORD * STEPS * i));
    }
    for (let j = b + 1; j <= end; j += WIDTH) {
      const columns = min(WIDTH, end + 1 - j);
      const corner = H + <usize>a * stride + (<usize>j << 3);
      copyIn(corner, stride, strip, b + 1 - a, columns);
      reflectStrip(strip, l, end, a, t, bulges, room);
      copyOut(strip, corner, stride, b + 1 - a, columns);
    }
    for (let i = l; i < a; i += WIDTH) {
      const rows = min(WIDTH, a - i);
      const corner = H + <usize>i * stride + (<usize>a << 3);
      transposeIn(corner, stride, strip, rows, b + 1 - a);
      reflectStrip(strip, l, end, a, t, bulges, room);
      transposeOut(strip, corner, stride, rows, b + 1 - a);
    }
  }
}

/** Moves one bulge over rows from … to−1, inside rows and columns a … b, and records its reflections at f. */
export function moveBulge(
  H: usize, stride: usize, l: i32, end: i32, a: i32, b: i32, from: i32, to: i32, shifts: usize, f: usize,
): void {
  let first = from;
  for (let k = from; k < to; k++, f += RECORD) {
    if (k == l) startBulge(H, stride, l, end, shifts, f);
    else nextReflection(H, stride, k, end, f);
    const row = H + <usize>k * stride;
    if (k == end - 1) {
      reflectTwoRows(row + (<usize>k << 3), stride, f, b + 1 - k);
      flushColumns(H, stride, f, a, first, k);
      reflectTwoColumns(H + <usize>a * stride + (<usize>k << 3), stride, f, end + 1 - a);
      return;
    }
    reflectRows(row + (<usize>k << 3), stride, f, b + 1 - k);
    const bottom = min(end, k + 3);
    for (let i = k + 1; i <= bottom; i++) reflectTriple(H + <usize>i * stride + (<usize>k << 3), f);
    if (k + 1 - first == DELAY || k + 1 == to) {
      flushColumns(H, stride, f + RECORD, a, first, k + 1);
      first = k + 1;
    }
  }
}

/** The first reflection, from the first column of (H − s₁)(H − s₂). */
function startBulge(H: usize, stride: usize, l: i32, end: i32, shifts: usize, f: usize): void {
  const x = load<f64>(shifts), y = load<f64>(shifts, 8), product = load<f64>(shifts, 16);
  const z = entry(H, stride, l, l), next = entry(H, stride, l + 1, l + 1), sub = entry(H, stride, l + 1, l);
  // divided by the largest term, so that nothing overflows; only the direction counts
  const scale = abs(x - z) + abs(y - z) + abs(sub);
  if (scale == 0.0) {
    memory.fill(f, 0, RECORD);
    return;
  }
  const below = sub / scale;
  const p = (x - z) * ((y - z) / scale) - product / scale + below * entry(H, stride, l, l + 1);
  const q = below * (next - z - (x - z) - (y - z));
  const r = l + 2 <= end ? below * entry(H, stride, l + 2, l + 1) : 0.0;
  makeReflection(p, q, r, f);
}

/** The reflection that makes zeros of rows k+1 and k+2 in column k−1. */
function nextReflection(H: usize, stride: usize, k: i32, end: i32, f: usize): void {
  const hasThree = k + 2 <= end;
  const p = entry(H, stride, k, k - 1), q = entry(H, stride, k + 1, k - 1);
  const r = hasThree ? entry(H, stride, k + 2, k - 1) : 0.0;
  setEntry(H, stride, k, k - 1, makeReflection(p, q, r, f));
  setEntry(H, stride, k + 1, k - 1, 0.0);
  if (hasThree) setEntry(H, stride, k + 2, k - 1, 0.0);
}

/** Stores (x, q, r) of the reflection that maps (p, q, r) to (β, 0, 0); returns β. */
function makeReflection(p: f64, q: f64, r: f64, f: usize): f64 {
  const scale = abs(p) + abs(q) + abs(r);
  if (scale == 0.0) {
    memory.fill(f, 0, RECORD);
    return 0.0;
  }
  p /= scale;
  q /= scale;
  r /= scale;
  const size = Math.sqrt(p * p + q * q + r * r);
  const s = p < 0.0 ? -size : size;
  p += s;
  store<f64>(f, p / s);
  store<f64>(f, q / p, 8);
  store<f64>(f, r / p, 16);
  return -s * scale;
}

// @ts-ignore: decorator
@inline
function reflectTriple(h: usize, f: usize): void {
  const a = load<f64>(h), b = load<f64>(h, 8), c = load<f64>(h, 16);
  const q = load<f64>(f, 8), r = load<f64>(f, 16);
  const t = (a + r * c + q * b) * load<f64>(f);
  store<f64>(h, a - t);
  store<f64>(h, b - t * q, 8);
  store<f64>(h, c - t * r, 16);
}

/** Three rows, `columns` columns from h on. */
export function reflectRows(h: usize, stride: usize, f: usize, columns: i32): void {
  const h1 = h + stride, h2 = h1 + stride;
  const xx = v128.load_splat<f64>(f), qq = v128.load_splat<f64>(f, 8), rr = v128.load_splat<f64>(f, 16);
  const bytes = <usize>columns << 3;
  let o: usize = 0;
  for (; o + 16 <= bytes; o += 16) {
    const a = v128.load(h + o), b = v128.load(h1 + o), c = v128.load(h2 + o);
    const t = f64x2.mul(f64x2.add(f64x2.add(a, f64x2.mul(rr, c)), f64x2.mul(qq, b)), xx);
    v128.store(h + o, f64x2.sub(a, t));
    v128.store(h1 + o, f64x2.sub(b, f64x2.mul(t, qq)));
    v128.store(h2 + o, f64x2.sub(c, f64x2.mul(t, rr)));
  }
  if (o < bytes) {
    const a = load<f64>(h + o), b = load<f64>(h1 + o), c = load<f64>(h2 + o);
    const q = load<f64>(f, 8), r = load<f64>(f, 16);
    const t = (a + r * c + q * b) * load<f64>(f);
    store<f64>(h + o, a - t);
    store<f64>(h1 + o, b - t * q);
    store<f64>(h2 + o, c - t * r);
  }
}

/** The last reflection of a bulge acts on two rows and two columns only. */
function reflectTwoRows(h: usize, stride: usize, f: usize, columns: i32): void {
  const x = load<f64>(f), q = load<f64>(f, 8);
  for (let j = 0; j < columns; j++, h += 8) {
    const a = load<f64>(h), b = load<f64>(h + stride);
    const t = (a + q * b) * x;
    store<f64>(h, a - t);
    store<f64>(h + stride, b - t * q);
  }
}

function reflectTwoColumns(h: usize, stride: usize, f: usize, rows: i32): void {
  const x = load<f64>(f), q = load<f64>(f, 8);
  for (let i = 0; i < rows; i++, h += stride) {
    const a = load<f64>(h), b = load<f64>(h, 8);
    const t = (a + q * b) * x;
    store<f64>(h, a - t);
    store<f64>(h, b - t * q, 8);
  }
}

/** Columns of the reflections from … to−1, recorded before f, for rows a … to−1 as far as they have not seen them. */
function flushColumns(H: usize, stride: usize, f: usize, a: i32, from: i32, to: i32): void {
  if (to <= from) return;
  f -= <usize>(to - from) * RECORD;
  reflectColumns(H + <usize>a * stride + (<usize>from << 3), stride, f, to - from, from + 1 - a);
  for (let i = from + 1; i < to; i++) {
    for (let k = i; k < to; k++) reflectTriple(H + <usize>i * stride + (<usize>k << 3), f + <usize>(k - from) * RECORD);
  }
}

/** `count` reflections of neighbouring columns in `rows` rows, four rows at a time. */
export function reflectColumns(h: usize, stride: usize, f: usize, count: i32, rows: i32): void {
  for (; rows >= 4; rows -= 4, h += stride << 2) {
    let p = h;
    let p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride;
    // lanes: a, b, c are three columns of rows 0, 1 (0) and 2, 3 (1)
    let a0 = v128.load64_lane(p1, v128.load64_zero(p), 1), a1 = v128.load64_lane(p3, v128.load64_zero(p2), 1);
    let b0 = v128.load64_lane(p1, v128.load64_zero(p, 8), 1, 8);
    let b1 = v128.load64_lane(p3, v128.load64_zero(p2, 8), 1, 8);
    for (let g = f, end = f + <usize>count * RECORD; g < end; g += RECORD) {
      const c0 = v128.load64_lane(p1, v128.load64_zero(p, 16), 1, 16);
      const c1 = v128.load64_lane(p3, v128.load64_zero(p2, 16), 1, 16);
      const x = v128.load_splat<f64>(g), q = v128.load_splat<f64>(g, 8), r = v128.load_splat<f64>(g, 16);
      const t0 = f64x2.mul(f64x2.add(f64x2.add(a0, f64x2.mul(r, c0)), f64x2.mul(q, b0)), x);
      const t1 = f64x2.mul(f64x2.add(f64x2.add(a1, f64x2.mul(r, c1)), f64x2.mul(q, b1)), x);
      a0 = f64x2.sub(a0, t0);
      a1 = f64x2.sub(a1, t1);
      v128.store64_lane(p, a0, 0);
      v128.store64_lane(p1, a0, 1);
      v128.store64_lane(p2, a1, 0);
      v128.store64_lane(p3, a1, 1);
      a0 = f64x2.sub(b0, f64x2.mul(t0, q));
      a1 = f64x2.sub(b1, f64x2.mul(t1, q));
      b0 = f64x2.sub(c0, f64x2.mul(t0, r));
      b1 = f64x2.sub(c1, f64x2.mul(t1, r));
      p += 8;
      p1 += 8;
      p2 += 8;
      p3 += 8;
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
  for (; rows > 0; rows--, h += stride) {
    for (let k = 0; k < count; k++) reflectTriple(h + (<usize>k << 3), f + <usize>k * RECORD);
  }
}

/** All reflections of one round on a strip whose first row is row a, in the order of the bulges. */
export function reflectStrip(strip: usize, l: i32, end: i32, a: i32, t: i32, bulges: i32, room: usize): void {
  for (let i = 0; i < bulges; i++) {
    const from = max(l, l + t - 3 * i), to = min(end, l + t + STEPS - 3 * i);
    let f = room + <usize>(RECORD * STEPS * i);
    let k = from;
    const full = min(to, end - 1); // all but the last one of a bulge act on three rows
    for (; k + 2 <= full; k += 2, f += 2 * RECORD) reflectPair(strip + <usize>(k - a) * (WIDTH << 3), f);
    for (; k < full; k++, f += RECORD) reflectRows(strip + <usize>(k - a) * (WIDTH << 3), WIDTH << 3, f, WIDTH);
    if (k < to) reflectTwoRows(strip + <usize>(k - a) * (WIDTH << 3), WIDTH << 3, f, WIDTH);
  }
}

/** Two reflections in a row on the four rows of a strip that they touch. */
export function reflectPair(h: usize, f: usize): void {
  const end = h + (WIDTH << 3);
  const x0 = v128.load_splat<f64>(f), q0 = v128.load_splat<f64>(f, 8), r0 = v128.load_splat<f64>(f, 16);
  const x1 = v128.load_splat<f64>(f, 24), q1 = v128.load_splat<f64>(f, 32), r1 = v128.load_splat<f64>(f, 40);
  for (; h < end; h += 16) {
    const a = v128.load(h);
    let b = v128.load(h, WIDTH << 3), c = v128.load(h, WIDTH << 4);
    let t = f64x2.mul(f64x2.add(f64x2.add(a, f64x2.mul(r0, c)), f64x2.mul(q0, b)), x0);
    v128.store(h, f64x2.sub(a, t));
    b = f64x2.sub(b, f64x2.mul(t, q0));
    c = f64x2.sub(c, f64x2.mul(t, r0));
    const d = v128.load(h, 3 * WIDTH << 3);
    t = f64x2.mul(f64x2.add(f64x2.add(b, f64x2.mul(r1, d)), f64x2.mul(q1, c)), x1);
    v128.store(h, f64x2.sub(b, t), WIDTH << 3);
    v128.store(h, f64x2.sub(c, f64x2.mul(t, q1)), WIDTH << 4);
    v128.store(h, f64x2.sub(d, f64x2.mul(t, r1)), 3 * WIDTH << 3);
  }
}

export function copyIn(from: usize, stride: usize, strip: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, from += stride, strip += WIDTH << 3) memory.copy(strip, from, <usize>columns << 3);
}

export function copyOut(strip: usize, to: usize, stride: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++, to += stride, strip += WIDTH << 3) memory.copy(to, strip, <usize>columns << 3);
}

/** `rows` rows of `columns` numbers become columns of the strip. */
export function transposeIn(from: usize, stride: usize, strip: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i += 2) {
    const p = from + <usize>i * stride;
    const p1 = i + 1 < rows ? p + stride : p;
    let s = strip + (<usize>i << 3);
    let j = 0;
    for (; j + 2 <= columns; j += 2, s += WIDTH << 4) {
      const x = v128.load(p + (<usize>j << 3)), y = v128.load(p1 + (<usize>j << 3));
      v128.store(s, v128.shuffle<f64>(x, y, 0, 2));
      v128.store(s, v128.shuffle<f64>(x, y, 1, 3), WIDTH << 3);
    }
    if (j < columns) {
      store<f64>(s, load<f64>(p + (<usize>j << 3)));
      store<f64>(s, load<f64>(p1 + (<usize>j << 3)), 8);
    }
  }
}

export function transposeOut(strip: usize, to: usize, stride: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i += 2) {
    const p = to + <usize>i * stride;
    const hasTwo = i + 1 < rows;
    let s = strip + (<usize>i << 3);
    let j = 0;
    for (; j + 2 <= columns; j += 2, s += WIDTH << 4) {
      const x = v128.load(s), y = v128.load(s, WIDTH << 3);
      v128.store(p + (<usize>j << 3), v128.shuffle<f64>(x, y, 0, 2));
      if (hasTwo) v128.store(p + stride + (<usize>j << 3), v128.shuffle<f64>(x, y, 1, 3));
    }
    if (j < columns) {
      store<f64>(p + (<usize>j << 3), load<f64>(s));
      if (hasTwo) store<f64>(p + stride + (<usize>j << 3), load<f64>(s, 8));
    }
  }
}
