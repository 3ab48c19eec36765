/**
 * Products with row-major matrices, by the rule of summation of lib/wasm/vector.ts: lane 0 sums the even indices,
 * lane 1 the odd ones, then lane 0 + lane 1, then the last product if the length is odd.
 */

// @ts-ignore: decorator
@inline
export function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** aᵀ b, (n). */
export function dot(a: usize, b: usize, n: i32): f64 {
  const end = (<usize>n & ~1) << 3;
  let s = f64x2.splat(0.0);
  for (let o: usize = 0; o < end; o += 16) s = f64x2.add(s, f64x2.mul(v128.load(a + o), v128.load(b + o)));
  return n & 1 ? lanes(s) + load<f64>(a + end) * load<f64>(b + end) : lanes(s);
}

/** out = A x for A (rows × columns), `stride` bytes from row to row; six rows share each load of x. */
export function multiply(A: usize, stride: usize, x: usize, out: usize, rows: i32, columns: i32): void {
  const end = (<usize>columns & ~1) << 3;
  const isOdd = columns & 1;
  const last = isOdd ? load<f64>(x + end) : 0.0;
  let i = 0;
  let p = A;
  let q = out;
  for (; i + 6 <= rows; i += 6) {
    const p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride, p4 = p3 + stride, p5 = p4 + stride;
    let s0 = f64x2.splat(0.0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
    for (let o: usize = 0; o < end; o += 16) {
      const xx = v128.load(x + o);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(p + o), xx));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(p1 + o), xx));
      s2 = f64x2.add(s2, f64x2.mul(v128.load(p2 + o), xx));
      s3 = f64x2.add(s3, f64x2.mul(v128.load(p3 + o), xx));
      s4 = f64x2.add(s4, f64x2.mul(v128.load(p4 + o), xx));
      s5 = f64x2.add(s5, f64x2.mul(v128.load(p5 + o), xx));
    }
    let y0 = lanes(s0), y1 = lanes(s1), y2 = lanes(s2), y3 = lanes(s3), y4 = lanes(s4), y5 = lanes(s5);
    if (isOdd) {
      y0 += load<f64>(p + end) * last;
      y1 += load<f64>(p1 + end) * last;
      y2 += load<f64>(p2 + end) * last;
      y3 += load<f64>(p3 + end) * last;
      y4 += load<f64>(p4 + end) * last;
      y5 += load<f64>(p5 + end) * last;
    }
    store<f64>(q, y0);
    store<f64>(q, y1, 8);
    store<f64>(q, y2, 16);
    store<f64>(q, y3, 24);
    store<f64>(q, y4, 32);
    store<f64>(q, y5, 40);
    p = p5 + stride;
    q += 48;
  }
  for (; i + 2 <= rows; i += 2) {
    const p1 = p + stride;
    let s0 = f64x2.splat(0.0), s1 = s0;
    for (let o: usize = 0; o < end; o += 16) {
      const xx = v128.load(x + o);
      s0 = f64x2.add(s0, f64x2.mul(v128.load(p + o), xx));
      s1 = f64x2.add(s1, f64x2.mul(v128.load(p1 + o), xx));
    }
    let y0 = lanes(s0), y1 = lanes(s1);
    if (isOdd) {
      y0 += load<f64>(p + end) * last;
      y1 += load<f64>(p1 + end) * last;
    }
    store<f64>(q, y0);
    store<f64>(q, y1, 8);
    p = p1 + stride;
    q += 16;
  }
  if (i < rows) {
    let s = f64x2.splat(0.0);
    for (let o: usize = 0; o < end; o += 16) s = f64x2.add(s, f64x2.mul(v128.load(p + o), v128.load(x + o)));
    store<f64>(q, isOdd ? lanes(s) + load<f64>(p + end) * last : lanes(s));
  }
}

/**
 * Four rows of A x, A being in strips (see multiplyStrips). Two pairs of columns per turn: memory is read from one end to
 * the other, which is quicker than from four rows at once.
 */
export function multiplyStrip(strip: usize, x: usize, out: usize, padded: i32, last: f64): void {
  const end = x + (<usize>padded << 3);
  let s0 = f64x2.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  for (let o = x; o < end; o += 32) {
    let xx = v128.load(o);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(strip), xx));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(strip, 16), xx));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(strip, 32), xx));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(strip, 48), xx));
    xx = v128.load(o, 16);
    s0 = f64x2.add(s0, f64x2.mul(v128.load(strip, 64), xx));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(strip, 80), xx));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(strip, 96), xx));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(strip, 112), xx));
    strip += 128;
  }
  store<f64>(out, lanes(s0) + load<f64>(strip) * last);
  store<f64>(out, lanes(s1) + load<f64>(strip, 8) * last, 8);
  store<f64>(out, lanes(s2) + load<f64>(strip, 16) * last, 16);
  store<f64>(out, lanes(s3) + load<f64>(strip, 24) * last, 24);
}

/**
 * out = A x for the rows of the strips `first` to before `end` of a square matrix of n rows, padded with zeros.
 *
 * A strip holds four rows: pair of columns by pair of columns, the four rows of a pair side by side; then four numbers,
 * the last column if n is odd (zero in its pair), else zeros. A zero more in a sum that began with +0 changes no bit.
 */
export function multiplyStrips(A: usize, x: usize, out: usize, n: i32, padded: i32, first: i32, end: i32): void {
  const bytes = <usize>(padded + 1) << 5;
  const last = load<f64>(x + (<usize>(n - 1) << 3));
  for (let s = first; s < end; s++) {
    multiplyStrip(A + <usize>s * bytes, x, out + (<usize>s << 5), padded, last);
  }
}

/** One pair of columns, or the last one, of `addRows`: the even rows go to `even`, the odd rows to `odd`. */
// @ts-ignore: decorator
@inline
function addTwoRows(p: usize, p1: usize, x: usize, even: usize, odd: usize, columns: i32): void {
  const end = (<usize>columns & ~1) << 3;
  const x0 = v128.load_splat<f64>(x), x1 = v128.load_splat<f64>(x, 8);
  for (let o: usize = 0; o < end; o += 16) {
    v128.store(even + o, f64x2.add(v128.load(even + o), f64x2.mul(v128.load(p + o), x0)));
    v128.store(odd + o, f64x2.add(v128.load(odd + o), f64x2.mul(v128.load(p1 + o), x1)));
  }
  if (columns & 1) {
    store<f64>(even + end, load<f64>(even + end) + load<f64>(p + end) * load<f64>(x));
    store<f64>(odd + end, load<f64>(odd + end) + load<f64>(p1 + end) * load<f64>(x, 8));
  }
}

/** out = Aᵀ x for A (rows × columns); `odd` is workspace, (columns). Six rows per pass over the two sums. */
export function multiplyTransposed(A: usize, x: usize, out: usize, odd: usize, rows: i32, columns: i32): void {
  const stride = <usize>columns << 3;
  const end = (<usize>columns & ~1) << 3;
  memory.fill(out, 0, stride);
  memory.fill(odd, 0, stride);
  let i = 0;
  let p = A;
  for (; i + 6 <= rows; i += 6) {
    const q = x + (<usize>i << 3);
    const p1 = p + stride, p2 = p1 + stride, p3 = p2 + stride, p4 = p3 + stride, p5 = p4 + stride;
    const x0 = v128.load_splat<f64>(q), x1 = v128.load_splat<f64>(q, 8), x2 = v128.load_splat<f64>(q, 16);
    const x3 = v128.load_splat<f64>(q, 24), x4 = v128.load_splat<f64>(q, 32), x5 = v128.load_splat<f64>(q, 40);
    for (let o: usize = 0; o < end; o += 16) {
      let s = f64x2.add(v128.load(out + o), f64x2.mul(v128.load(p + o), x0));
      let t = f64x2.add(v128.load(odd + o), f64x2.mul(v128.load(p1 + o), x1));
      s = f64x2.add(s, f64x2.mul(v128.load(p2 + o), x2));
      t = f64x2.add(t, f64x2.mul(v128.load(p3 + o), x3));
      s = f64x2.add(s, f64x2.mul(v128.load(p4 + o), x4));
      t = f64x2.add(t, f64x2.mul(v128.load(p5 + o), x5));
      v128.store(out + o, s);
      v128.store(odd + o, t);
    }
    if (columns & 1) {
      let s = load<f64>(out + end), t = load<f64>(odd + end);
      s += load<f64>(p + end) * load<f64>(q);
      t += load<f64>(p1 + end) * load<f64>(q, 8);
      s += load<f64>(p2 + end) * load<f64>(q, 16);
      t += load<f64>(p3 + end) * load<f64>(q, 24);
      s += load<f64>(p4 + end) * load<f64>(q, 32);
      t += load<f64>(p5 + end) * load<f64>(q, 40);
      store<f64>(out + end, s);
      store<f64>(odd + end, t);
    }
    p = p5 + stride;
  }
  for (; i + 2 <= rows; i += 2) {
    addTwoRows(p, p + stride, x + (<usize>i << 3), out, odd, columns);
    p += stride << 1;
  }
  for (let o: usize = 0; o < stride; o += 8) {
    let s = load<f64>(out + o) + load<f64>(odd + o);
    if (i < rows) s += load<f64>(p + o) * load<f64>(x + (<usize>i << 3));
    store<f64>(out + o, s);
  }
}
