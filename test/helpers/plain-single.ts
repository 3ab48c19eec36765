/** The textbook loops behind the float32 functions, each operation rounded by Math.fround: what the bits are compared with. */

const f = Math.fround;

/** P A = L U in place; returns 0 at the first pivot that is zero or not a number, else 1. */
export function plainFactorizeSingle(a: Float32Array, n: number, pivots: Int32Array): number {
  for (let k = 0; k < n; k++) {
    let p = k;
    let largest = 0;
    for (let i = k; i < n; i++) {
      if (Math.abs(a[i * n + k]) > largest) {
        largest = Math.abs(a[i * n + k]);
        p = i;
      }
    }
    pivots[k] = p;
    for (let j = 0; p !== k && j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
    const pivot = a[k * n + k];
    if (!(Math.abs(pivot) > 0)) return 0;
    for (let i = k + 1; i < n; i++) {
      const l = f(a[i * n + k] / pivot);
      a[i * n + k] = l;
      for (let j = k + 1; j < n; j++) a[i * n + j] = f(a[i * n + j] - f(l * a[k * n + j]));
    }
  }
  return 1;
}

/** Σ a[j] x[j] over from ≤ j < to, both multiples of four or n: four partial sums by j mod 4, added in pairs. */
function fourSums(a: Float32Array, row: number, x: Float32Array, from: number, to: number): number {
  const s = [0, 0, 0, 0];
  for (let j = from; j < to; j++) s[j & 3] = f(s[j & 3] + f(a[row + j] * x[j]));
  return f(f(s[0] + s[1]) + f(s[2] + s[3]));
}

/** x ← A⁻¹ x: what lies in other strips of four first, then the neighbours, the nearest to the strip's start first (L) … */
export function plainSolveSingle(lu: Float32Array, n: number, pivots: Int32Array, x: Float32Array): void {
  for (let k = 0; k < n; k++) [x[k], x[pivots[k]]] = [x[pivots[k]], x[k]];
  for (let i = 0; i < n; i++) {
    const strip = i & ~3;
    let sum = fourSums(lu, i * n, x, 0, strip);
    for (let j = strip; j < i; j++) sum = f(sum + f(lu[i * n + j] * x[j]));
    x[i] = f(x[i] - sum);
  }
  for (let i = n - 1; i >= 0; i--) {
    const end = Math.min(n, (i & ~3) + 4);
    let sum = fourSums(lu, i * n, x, end, n);
    for (let j = end - 1; j > i; j--) sum = f(sum + f(lu[i * n + j] * x[j])); // … or its end (U)
    x[i] = f(f(x[i] - sum) / lu[i * n + i]);
  }
}
