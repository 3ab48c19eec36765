/** The textbook loops behind the eigenvalue functions, with the same operations in the same order. */

/** C ← C + sign·A B, every entry receiving its terms one by one with k ascending. */
export function plainGemm(
  c: Float64Array,
  a: Float64Array,
  b: Float64Array,
  [m, n, k]: readonly [number, number, number],
  sign: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) for (let q = 0; q < k; q++) c[i * n + j] += sign * a[i * k + q] * b[q * n + j];
  }
}

/** Householder reduction to Hessenberg form in place, one reflection after the other; rows beyond n collect Q. */
export function plainHessenberg(a: Float64Array, n: number, rows = n, first = 0): void {
  for (let k = first; k < n - 2; k++) {
    let rest = 0;
    for (let i = k + 2; i < n; i++) rest += a[i * n + k] * a[i * n + k];
    if (rest === 0) continue;
    const alpha = a[(k + 1) * n + k];
    const size = Math.sqrt(alpha * alpha + rest);
    const beta = alpha < 0 ? size : -size;
    const tau = (beta - alpha) / beta;
    const v = new Float64Array(n);
    v[k + 1] = 1;
    for (let i = k + 2; i < n; i++) v[i] = a[i * n + k] / (alpha - beta);
    for (let i = 0; i < rows; i++) {
      const s = [0, 0];
      for (let j = k + 1; j < n; j++) s[j & 1] += a[i * n + j] * v[j];
      const d = tau * (s[0] + s[1]);
      for (let j = k + 1; j < n; j++) a[i * n + j] -= d * v[j];
    }
    const w = new Float64Array(n);
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) w[j] += a[i * n + j] * v[i];
    for (let i = k + 1; i < n; i++) {
      const g = tau * v[i];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= g * w[j];
    }
    a[(k + 1) * n + k] = beta;
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

/** Rows and columns of a sweep, as wasm has them. */
export interface SweepRange {
  readonly l: number;
  readonly m: number;
  readonly end: number;
  readonly top: number;
  readonly columns: number;
}

/** One double-shift sweep over rows m … end of the block from l; p, q, r is the first column of the shifted square. */
export function plainSweep(
  h: Float64Array,
  n: number,
  { l, m, end, top, columns }: SweepRange,
  first: readonly [number, number, number],
): void {
  let [p, q, r] = first;
  for (let k = m; k < end; k++) {
    const isLast = k === end - 1;
    let scale = 1;
    if (k !== m) {
      p = h[k * n + k - 1];
      q = h[(k + 1) * n + k - 1];
      r = isLast ? 0 : h[(k + 2) * n + k - 1];
      scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
      if (scale === 0) continue;
      p /= scale;
      q /= scale;
      r /= scale;
    }
    const size = Math.sqrt(p * p + q * q + r * r);
    const s = p < 0 ? -size : size;
    if (k !== m) h[k * n + k - 1] = -s * scale;
    else if (l !== m) h[k * n + k - 1] = -h[k * n + k - 1];
    p += s;
    const [x, y, z] = [p / s, q / s, r / s];
    q /= p;
    r /= p;
    for (let j = k; j < columns; j++) {
      let t = h[k * n + j] + q * h[(k + 1) * n + j];
      if (!isLast) t += r * h[(k + 2) * n + j];
      if (!isLast) h[(k + 2) * n + j] -= t * z;
      h[(k + 1) * n + j] -= t * y;
      h[k * n + j] -= t * x;
    }
    for (let i = top; i <= Math.min(end, k + 3); i++) {
      let t = x * h[i * n + k] + y * h[i * n + k + 1];
      if (!isLast) t += z * h[i * n + k + 2];
      if (!isLast) h[i * n + k + 2] -= t * r;
      h[i * n + k + 1] -= t * q;
      h[i * n + k] -= t;
    }
  }
}

const PANEL = 32;

/** Σ xᵢ yᵢ over from ≤ i < to, in two partial sums by parity of the distance from `from`. */
function pairedSum(from: number, to: number, term: (i: number) => number): number {
  const s = [0, 0];
  const last = (to - from) % 2 === 1 ? to - 1 : to;
  for (let i = from; i < last; i++) s[(i - from) & 1] += term(i);
  return last < to ? s[0] + s[1] + term(last) : s[0] + s[1];
}

/** Columns 0 … columns−1 to Hessenberg form by panels: Q = I − V T Vᵀ, Y = A V T; v[q], y[q] are columns of V, Y. */
export function plainPanels(a: Float64Array, n: number, columns: number): void {
  for (let first = 0; first < columns; first += PANEL) {
    const v: Float64Array[] = [];
    const y: Float64Array[] = [];
    const t: Float64Array[] = [];
    const start = first & ~1;
    for (let j = first; j < first + PANEL; j++) {
      const b = Float64Array.from({ length: n }, (_, i) => a[i * n + j]);
      const subtract = (x: Float64Array, rows: Float64Array[], u: ArrayLike<number>, from: number): void => {
        for (let i = from; i < n; i++) for (const [q, row] of rows.entries()) x[i] -= u[q] * row[i];
      };
      subtract(
        b,
        y,
        v.map((row) => row[j]),
        0,
      );
      const left = v.map((row) => pairedSum(start, n, (i) => row[i] * b[i]));
      const turned = t.map((_, q) => {
        let s = 0;
        for (let p = 0; p <= q; p++) s += t[q][p] * left[p];
        return s;
      });
      subtract(b, v, turned, start);
      const [tau, reflection] = plainReflection(b, j + 1);
      for (let i = 0; i < n; i++) a[i * n + j] = b[i];
      const product = Float64Array.from({ length: n }, (_, i) =>
        pairedSum(j + 1, n, (k) => a[i * n + k] * reflection[k]),
      );
      const inner = v.map((row) => pairedSum(start, n, (i) => row[i] * reflection[i]));
      subtract(product, y, inner, 0);
      const column = t.map((_, q) => {
        let s = 0;
        for (let p = q; p < t.length; p++) s += t[p][q] * inner[p];
        return -(tau * s);
      });
      t.push(Float64Array.of(...column, tau)); // t[q] is column q of T
      v.push(reflection);
      y.push(product.map((x) => tau * x));
    }
    updateBeside(a, n, first, v, y, t);
  }
}

/** A ← A − Y Vᵀ, then A ← A − V Tᵀ (Vᵀ A), right of the panel. */
function updateBeside(
  a: Float64Array,
  n: number,
  first: number,
  v: Float64Array[],
  y: Float64Array[],
  t: Float64Array[],
): void {
  for (let j = first + PANEL; j < n; j++) {
    for (let i = 0; i < n; i++) for (let q = 0; q < PANEL; q++) a[i * n + j] -= y[q][i] * v[q][j];
    const w = v.map((row) => {
      let s = 0;
      for (let i = first + 1; i < n; i++) s += row[i] * a[i * n + j];
      return s;
    });
    const turned = t.map((column) => {
      let s = 0;
      for (const [p, x] of column.entries()) s += x * w[p];
      return s;
    });
    for (let i = first + 1; i < n; i++) for (let q = 0; q < PANEL; q++) a[i * n + j] -= v[q][i] * turned[q];
  }
}

/** Makes b zero below row j; returns τ and v of the reflection I − τ v vᵀ. */
function plainReflection(b: Float64Array, j: number): [number, Float64Array] {
  const v = new Float64Array(b.length);
  let rest = 0;
  for (let i = j + 1; i < b.length; i++) rest += b[i] * b[i];
  if (rest === 0) return [0, v];
  const alpha = b[j];
  const size = Math.sqrt(alpha * alpha + rest);
  const beta = alpha < 0 ? size : -size;
  v[j] = 1;
  for (let i = j + 1; i < b.length; i++) v[i] = b[i] / (alpha - beta);
  b.fill(0, j + 1);
  b[j] = beta;
  return [(beta - alpha) / beta, v];
}

/** A reflection of a bulge: t = x (a + r c + q b), then a − t, b − q t, c − r t. */
type Bulge = readonly [x: number, q: number, r: number];

/** A sweep of many pairs of shifts: in every round of 32 steps each bulge, one after the other, moves 32 rows. */
export function plainChase(
  h: Float64Array,
  n: number,
  l: number,
  end: number,
  shifts: readonly (readonly [number, number, number])[],
): void {
  const steps = 32;
  const length = 3 * (shifts.length - 1);
  for (let t = 0; t < end - l + length; t += steps) {
    for (const [i, pair] of shifts.entries()) {
      const to = Math.min(end, l + t + steps - 3 * i);
      for (let k = Math.max(l, l + t - 3 * i); k < to; k++) {
        const f = k === l ? startOfBulge(h, n, l, end, pair) : nextOfBulge(h, n, k, end);
        applyBulge(h, n, k, l, end, f);
      }
    }
  }
}

function startOfBulge(
  h: Float64Array,
  n: number,
  l: number,
  end: number,
  [x, y, product]: readonly [number, number, number],
): Bulge {
  const at = l * n + l;
  const [z, next, sub] = [h[at], h[at + n + 1], h[at + n]];
  const scale = Math.abs(x - z) + Math.abs(y - z) + Math.abs(sub);
  if (scale === 0) return [0, 0, 0];
  const below = sub / scale;
  const p = (x - z) * ((y - z) / scale) - product / scale + below * h[at + 1];
  const q = below * (next - z - (x - z) - (y - z));
  return bulgeOf(p, q, l + 2 <= end ? below * h[at + 2 * n + 1] : 0)[0];
}

function nextOfBulge(h: Float64Array, n: number, k: number, end: number): Bulge {
  const at = k * n + k - 1;
  const [f, beta] = bulgeOf(h[at], h[at + n], k + 2 <= end ? h[at + 2 * n] : 0);
  h[at] = beta;
  h[at + n] = 0;
  if (k + 2 <= end) h[at + 2 * n] = 0;
  return f;
}

function bulgeOf(p: number, q: number, r: number): [Bulge, number] {
  const scale = Math.abs(p) + Math.abs(q) + Math.abs(r);
  if (scale === 0) return [[0, 0, 0], 0];
  const [a, b, c] = [p / scale, q / scale, r / scale];
  const size = Math.sqrt(a * a + b * b + c * c);
  const s = a < 0 ? -size : size;
  const first = a + s;
  return [[first / s, b / first, c / first], -s * scale];
}

function applyBulge(h: Float64Array, n: number, k: number, l: number, end: number, [x, q, r]: Bulge): void {
  const hasThree = k + 2 <= end;
  const act = (at: number, step: number): void => {
    const [a, b, c] = [h[at], h[at + step], hasThree ? h[at + 2 * step] : 0];
    const t = hasThree ? (a + r * c + q * b) * x : (a + q * b) * x;
    h[at] = a - t;
    h[at + step] = b - t * q;
    if (hasThree) h[at + 2 * step] = c - t * r;
  };
  for (let j = k; j <= end; j++) act(k * n + j, n);
  for (let i = l; i <= Math.min(end, k + 3); i++) act(i * n + k, 1);
}
