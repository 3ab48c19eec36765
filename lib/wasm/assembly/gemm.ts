/**
 * Products of matrices, C ← C ± op(A) op(B), op being nothing or the transpose. Row-major, strides in bytes.
 *
 * Every entry receives cᵢⱼ ← cᵢⱼ ± aᵢₖ bₖⱼ one by one with k ascending, whatever the blocking, so that the bits are those
 * of the textbook loops. Both factors are first copied into strips of four rows and four columns; a tile of 4×4 entries
 * then stays in registers while k runs.
 */

/** Inner length of a block: a strip of A fills 8 kB (first-level cache). */
// @ts-ignore: decorator
@inline const DEPTH = 256;
/** Numbers in a block of B: 384 kB (second-level cache). */
// @ts-ignore: decorator
@inline const BLOCK = 49152;

/**
 * C ← C + sign·op(A) op(B), C being m×n and k the inner length; sign is 1 or −1.
 * `work` is room for BLOCK + 4·DEPTH + 16 numbers.
 */
export function gemm(
  C: usize, strideC: usize, A: usize, strideA: usize, isTransposedA: i32, B: usize, strideB: usize, isTransposedB: i32,
  m: i32, n: i32, k: i32, sign: f64, work: usize,
): void {
  const tile = work, a = work + 128, b = a + (4 * DEPTH << 3);
  for (let q = 0; q < k; q += DEPTH) {
    const depth = min(DEPTH, k - q);
    const width = (BLOCK / depth) & ~3;
    for (let j = 0; j < n; j += width) {
      const columns = min(width, n - j);
      for (let c = 0; c < columns; c += 4) {
        const to = b + <usize>(c * depth << 3);
        const count = min(4, columns - c);
        if (isTransposedB) packAcross(B + <usize>(j + c) * strideB + (<usize>q << 3), strideB, to, count, depth, 1.0);
        else packAlong(B + <usize>q * strideB + (<usize>(j + c) << 3), strideB, to, count, depth, 1.0);
      }
      for (let i = 0; i < m; i += 4) {
        const rows = min(4, m - i);
        if (isTransposedA) packAlong(A + <usize>q * strideA + (<usize>i << 3), strideA, a, rows, depth, sign);
        else packAcross(A + <usize>i * strideA + (<usize>q << 3), strideA, a, rows, depth, sign);
        const corner = C + <usize>i * strideC + (<usize>j << 3);
        const full = rows == 4 ? columns & ~3 : 0;
        multiplyStrip(corner, strideC, a, b, full >> 2, depth);
        for (let c = full; c < columns; c += 4) {
          const at = corner + (<usize>c << 3);
          const count = min(4, columns - c);
          copyTile(at, strideC, tile, 32, rows, count);
          multiplyTile(tile, 32, a, b + <usize>(c * depth << 3), depth);
          copyTile(tile, 32, at, strideC, rows, count);
        }
      }
    }
  }
}

/** Four (or fewer) neighbouring columns of `depth` rows as [row][4], times sign. */
export function packAlong(from: usize, stride: usize, to: usize, count: i32, depth: i32, sign: f64): void {
  const end = to + (<usize>depth << 5);
  if (count == 4) {
    const s = f64x2.splat(sign);
    for (; to < end; to += 32, from += stride) {
      v128.store(to, f64x2.mul(v128.load(from), s));
      v128.store(to, f64x2.mul(v128.load(from, 16), s), 16);
    }
    return;
  }
  for (; to < end; to += 32, from += stride) {
    for (let c = 0; c < 4; c++) {
      const o = <usize>c << 3;
      store<f64>(to + o, c < count ? sign * load<f64>(from + o) : 0.0);
    }
  }
}

/** Four (or fewer) rows of `depth` columns as [column][4], times sign. */
export function packAcross(from: usize, stride: usize, to: usize, count: i32, depth: i32, sign: f64): void {
  const end = to + (<usize>depth << 5);
  if (count == 4) {
    const from1 = from + stride, from2 = from1 + stride, from3 = from2 + stride;
    for (let o: usize = 0; to < end; to += 32, o += 8) {
      store<f64>(to, sign * load<f64>(from + o));
      store<f64>(to, sign * load<f64>(from1 + o), 8);
      store<f64>(to, sign * load<f64>(from2 + o), 16);
      store<f64>(to, sign * load<f64>(from3 + o), 24);
    }
    return;
  }
  for (; to < end; to += 32, from += 8) {
    for (let r = 0; r < 4; r++) {
      store<f64>(to + (<usize>r << 3), r < count ? sign * load<f64>(from + <usize>r * stride) : 0.0);
    }
  }
}

function copyTile(from: usize, strideFrom: usize, to: usize, strideTo: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    memory.copy(to + <usize>r * strideTo, from + <usize>r * strideFrom, <usize>columns << 3);
  }
}

/** `tiles` tiles beside each other: four rows of C by one strip of A. */
export function multiplyStrip(c: usize, stride: usize, a: usize, b: usize, tiles: i32, depth: i32): void {
  for (let j = 0; j < tiles; j++) {
    multiplyTile(c, stride, a, b, depth);
    c += 32;
    b += <usize>depth << 5;
  }
}

/** One 4×4 tile: C ← C + A B, A as [k][4 rows], B as [k][4 columns]. */
export function multiplyTile(c: usize, stride: usize, a: usize, b: usize, depth: i32): void {
  const c1 = c + stride, c2 = c1 + stride, c3 = c2 + stride;
  let c00 = v128.load(c), c01 = v128.load(c, 16);
  let c10 = v128.load(c1), c11 = v128.load(c1, 16);
  let c20 = v128.load(c2), c21 = v128.load(c2, 16);
  let c30 = v128.load(c3), c31 = v128.load(c3, 16);
  const end = b + (<usize>depth << 5);
  for (b -= 32, a -= 32; b < end - 32; ) {
    b += 32;
    a += 32;
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f64>(a);
    c00 = f64x2.add(c00, f64x2.mul(x, b0));
    c01 = f64x2.add(c01, f64x2.mul(x, b1));
    x = v128.load_splat<f64>(a, 8);
    c10 = f64x2.add(c10, f64x2.mul(x, b0));
    c11 = f64x2.add(c11, f64x2.mul(x, b1));
    x = v128.load_splat<f64>(a, 16);
    c20 = f64x2.add(c20, f64x2.mul(x, b0));
    c21 = f64x2.add(c21, f64x2.mul(x, b1));
    x = v128.load_splat<f64>(a, 24);
    c30 = f64x2.add(c30, f64x2.mul(x, b0));
    c31 = f64x2.add(c31, f64x2.mul(x, b1));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
}
