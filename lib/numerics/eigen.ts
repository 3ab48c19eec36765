/** Eigenvalues of a real square matrix: balancing, Householder reduction to Hessenberg form, Francis' double-shift QR. */
import type { Matrix } from "ml-matrix";
import { checkCount, checkMatrix, checkVector, reject } from "./validate";
import { toRowMajor } from "./vector";

/** Eigenvalues re + i·im, sorted by descending real part, then descending imaginary part. */
export interface Eigenvalues {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * All eigenvalues of a real square matrix.
 *
 * @param A matrix, (N×N)
 * @returns { re, im }, (N) each, by descending real part, then descending imaginary part
 * @throws RangeError if A is not square or holds a NaN or infinity
 */
export function eigenvalues(A: Matrix): Eigenvalues {
  checkMatrix("eigenvalues", "A", A);
  if (A.rows !== A.columns) reject("eigenvalues", "A", `is ${A.rows}×${A.columns}`, "a square matrix");
  return eigenvaluesInPlace(toRowMajor(A), A.rows);
}

/**
 * All eigenvalues of a real square matrix given row by row.
 *
 * @param data matrix, row-major, (size·size); copied
 * @param size number of rows N
 * @returns { re, im }, (N) each, by descending real part, then descending imaginary part
 * @throws RangeError if data has another length or holds a NaN or infinity
 */
export function eigenvaluesOf(data: Float64Array, size: number): Eigenvalues {
  checkCount("eigenvaluesOf", "size", size);
  checkVector("eigenvaluesOf", "data", data, size * size);
  return eigenvaluesInPlace(data.slice(), size);
}

function eigenvaluesInPlace(a: Float64Array, n: number): Eigenvalues {
  balance(a, n);
  reduceToHessenberg(a, n);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  iterateQR(a, n, re, im);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => re[j] - re[i] || im[j] - im[i]);
  return { re: Float64Array.from(order, (i) => re[i]), im: Float64Array.from(order, (i) => im[i]) };
}

/** Scales rows and columns by powers of two until their 1-norms agree; exact, so the eigenvalues stay. */
function balance(a: Float64Array, n: number): void {
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (let i = 0; i < n; i++) {
      let c = 0;
      let r = 0;
      for (let j = 0; j < n; j++) {
        if (j === i) continue;
        c += Math.abs(a[j * n + i]);
        r += Math.abs(a[i * n + j]);
      }
      if (c === 0 || r === 0) continue;
      const s = c + r;
      let f = 1;
      while (c < r / 2) {
        f *= 2;
        c *= 4;
      }
      while (c >= r * 2) {
        f /= 2;
        c /= 4;
      }
      if (f === 1 || (c + r) / f >= 0.95 * s) continue;
      isDone = false;
      for (let j = 0; j < n; j++) a[i * n + j] /= f;
      for (let j = 0; j < n; j++) a[j * n + i] *= f;
    }
  }
}

function reduceToHessenberg(a: Float64Array, n: number): void {
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let rest = 0;
    for (let i = k + 2; i < n; i++) rest += a[i * n + k] * a[i * n + k];
    if (rest === 0) continue;
    const alpha = a[(k + 1) * n + k];
    const size = Math.sqrt(alpha * alpha + rest);
    const beta = alpha < 0 ? size : -size;
    const tau = (beta - alpha) / beta;
    v.fill(0);
    v[k + 1] = 1;
    for (let i = k + 2; i < n; i++) v[i] = a[i * n + k] / (alpha - beta);
    for (let i = 0; i < n; i++) {
      let even = 0;
      let odd = 0;
      for (let j = k + 1; j < n; j++) {
        if (j & 1) odd += a[i * n + j] * v[j];
        else even += a[i * n + j] * v[j];
      }
      const d = tau * (even + odd);
      for (let j = k + 1; j < n; j++) a[i * n + j] -= d * v[j];
    }
    w.fill(0);
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) w[j] += a[i * n + j] * v[i];
    for (let i = k + 1; i < n; i++) {
      const g = tau * v[i];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= g * w[j];
    }
    a[(k + 1) * n + k] = beta;
    for (let i = k + 2; i < n; i++) a[i * n + k] = 0;
  }
}

const EPSILON = 2.220446049250313e-16;

/** Double-shift QR on a Hessenberg matrix (EISPACK hqr). */
function iterateQR(h: Float64Array, n: number, re: Float64Array, im: Float64Array): void {
  let total = 0;
  for (let i = 0; i < n; i++) for (let j = Math.max(0, i - 1); j < n; j++) total += Math.abs(h[i * n + j]);
  let shift = 0;
  let end = n - 1;
  let iterations = 0;
  while (end >= 0) {
    let l = end;
    for (; l > 0; l--) {
      let s = Math.abs(h[(l - 1) * n + l - 1]) + Math.abs(h[l * n + l]);
      if (s === 0) s = total;
      if (Math.abs(h[l * n + l - 1]) <= EPSILON * s) {
        h[l * n + l - 1] = 0;
        break;
      }
    }
    let x = h[end * n + end];
    if (l === end) {
      re[end] = x + shift;
      im[end] = 0;
      end -= 1;
      iterations = 0;
      continue;
    }
    let y = h[(end - 1) * n + end - 1];
    let w = h[end * n + end - 1] * h[(end - 1) * n + end];
    if (l === end - 1) {
      const p = 0.5 * (y - x);
      const q = p * p + w;
      const z = Math.sqrt(Math.abs(q));
      x += shift;
      if (q >= 0) {
        const zz = p < 0 ? p - z : p + z;
        re[end - 1] = x + zz;
        re[end] = zz !== 0 ? x - w / zz : x + zz;
        im[end - 1] = 0;
        im[end] = 0;
      } else {
        re[end - 1] = x + p;
        re[end] = x + p;
        im[end - 1] = z;
        im[end] = -z;
      }
      end -= 2;
      iterations = 0;
      continue;
    }
    iterations += 1;
    if (iterations > 300) throw new Error("eigenvalues: the QR iteration does not converge for this matrix");
    if (iterations % 10 === 0) {
      shift += x;
      for (let i = 0; i <= end; i++) h[i * n + i] -= x;
      const s = Math.abs(h[end * n + end - 1]) + Math.abs(h[(end - 1) * n + end - 2]);
      x = 0.75 * s;
      y = x;
      w = -0.4375 * s * s;
    }
    let m = end - 2;
    let p = 0;
    let q = 0;
    let r = 0;
    for (; m >= l; m--) {
      const z = h[m * n + m];
      const a = x - z;
      const b = y - z;
      p = (a * b - w) / h[(m + 1) * n + m] + h[m * n + m + 1];
      q = h[(m + 1) * n + m + 1] - z - a - b;
      r = h[(m + 2) * n + m + 1];
      const s = Math.abs(p) + Math.abs(q) + Math.abs(r);
      p /= s;
      q /= s;
      r /= s;
      if (m === l) break;
      const u = Math.abs(h[m * n + m - 1]) * (Math.abs(q) + Math.abs(r));
      const v = Math.abs(p) * (Math.abs(h[(m - 1) * n + m - 1]) + Math.abs(z) + Math.abs(h[(m + 1) * n + m + 1]));
      if (u <= EPSILON * v) break;
    }
    for (let i = m + 2; i <= end; i++) {
      h[i * n + i - 2] = 0;
      if (i > m + 2) h[i * n + i - 3] = 0;
    }
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
      const vx = p / s;
      const vy = q / s;
      const vz = r / s;
      q /= p;
      r /= p;
      for (let j = k; j <= end; j++) {
        let t = h[k * n + j] + q * h[(k + 1) * n + j];
        if (!isLast) {
          t += r * h[(k + 2) * n + j];
          h[(k + 2) * n + j] -= t * vz;
        }
        h[(k + 1) * n + j] -= t * vy;
        h[k * n + j] -= t * vx;
      }
      const bottom = Math.min(end, k + 3);
      for (let i = l; i <= bottom; i++) {
        let t = vx * h[i * n + k] + vy * h[i * n + k + 1];
        if (!isLast) {
          t += vz * h[i * n + k + 2];
          h[i * n + k + 2] -= t * r;
        }
        h[i * n + k + 1] -= t * q;
        h[i * n + k] -= t;
      }
    }
  }
}
