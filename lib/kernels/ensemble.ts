/**
 * Several simulations that share their recurrent weights, step by step together: a step of one is mostly the time it takes
 * to read Wr from memory, so each four rows that have been read serve all of them. Each gets the bits it would get alone.
 *
 * lib/networks/ensemble.ts owns the memory and writes the records; plain-ensemble.ts does the same in plain TypeScript.
 */
import { acceptState, activate, proposeState, readOut, Run } from "./force";
import { lanes, multiplyStrip } from "./products";

/** One simulation: its run (force.ts), u and z of the steps to come, and what is done to its rates: (r + shift) · scale. */
@unmanaged
export class Member {
  run: usize;
  input: usize;
  output: usize;
  unused: i32;
  shift: f64;
  scale: f64;
}

/** r ← (r + shift) · scale, (n). */
export function adjustRates(r: usize, n: i32, shift: f64, scale: f64): void {
  const end = r + ((<usize>n & ~1) << 3);
  const s = f64x2.splat(shift), c = f64x2.splat(scale);
  for (let o = r; o < end; o += 16) v128.store(o, f64x2.mul(f64x2.add(v128.load(o), s), c));
  if (n & 1) store<f64>(end, (load<f64>(end) + shift) * scale);
}

/** Four rows of A x and of A y, A being in strips: `multiplyStrip` of both in one pass. */
export function multiplyStripByTwo(
  strip: usize, x: usize, y: usize, outX: usize, outY: usize, padded: i32, lastX: f64, lastY: f64,
): void {
  const end = x + (<usize>padded << 3);
  let s0 = f64x2.splat(0.0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  while (x < end) {
    const xx = v128.load(x), yy = v128.load(y);
    const a0 = v128.load(strip), a1 = v128.load(strip, 16), a2 = v128.load(strip, 32), a3 = v128.load(strip, 48);
    s0 = f64x2.add(s0, f64x2.mul(a0, xx));
    t0 = f64x2.add(t0, f64x2.mul(a0, yy));
    s1 = f64x2.add(s1, f64x2.mul(a1, xx));
    t1 = f64x2.add(t1, f64x2.mul(a1, yy));
    s2 = f64x2.add(s2, f64x2.mul(a2, xx));
    t2 = f64x2.add(t2, f64x2.mul(a2, yy));
    s3 = f64x2.add(s3, f64x2.mul(a3, xx));
    t3 = f64x2.add(t3, f64x2.mul(a3, yy));
    strip += 64;
    x += 16;
    y += 16;
  }
  const b0 = load<f64>(strip), b1 = load<f64>(strip, 8), b2 = load<f64>(strip, 16), b3 = load<f64>(strip, 24);
  store<f64>(outX, lanes(s0) + b0 * lastX);
  store<f64>(outX, lanes(s1) + b1 * lastX, 8);
  store<f64>(outX, lanes(s2) + b2 * lastX, 16);
  store<f64>(outX, lanes(s3) + b3 * lastX, 24);
  store<f64>(outY, lanes(t0) + b0 * lastY);
  store<f64>(outY, lanes(t1) + b1 * lastY, 8);
  store<f64>(outY, lanes(t2) + b2 * lastY, 16);
  store<f64>(outY, lanes(t3) + b3 * lastY, 24);
}

// @ts-ignore: decorator
@inline
function runOf(members: usize, m: i32): Run {
  return changetype<Run>(changetype<Member>(members + (<usize>m << 5)).run);
}

/** One strip of A times the rates of every member, two at a time; the last rate of each once more for odd n. */
export function multiplyStripByAll(strip: usize, rows: usize, members: usize, count: i32, n: i32, padded: i32): void {
  const at = <usize>(n - 1) << 3;
  let m = 0;
  for (; m + 2 <= count; m += 2) {
    const p = runOf(members, m), q = runOf(members, m + 1);
    multiplyStripByTwo(strip, p.r, q.r, p.a + rows, q.a + rows, padded, load<f64>(p.r + at), load<f64>(q.r + at));
  }
  if (m < count) {
    const p = runOf(members, m);
    multiplyStrip(strip, p.r, p.a + rows, padded, load<f64>(p.r + at));
  }
}

/** Rates and output of a member at its step t. */
export function observe(members: usize, m: i32, t: i32): void {
  const member = changetype<Member>(members + (<usize>m << 5));
  const run = changetype<Run>(member.run);
  activate(run, 0, run.units);
  if (member.shift != 0.0 || member.scale != 1.0) adjustRates(run.r, run.units, member.shift, member.scale);
  readOut(run, member.output + (<usize>(t * run.outputs) << 3));
}

/** Its Euler step, Wr r being known; says whether the activation stayed finite, else it is left as it was. */
export function move(members: usize, m: i32, t: i32): bool {
  const member = changetype<Member>(members + (<usize>m << 5));
  const run = changetype<Run>(member.run);
  const u = member.input + (<usize>(t * run.inputs) << 3);
  const z = member.output + (<usize>(t * run.outputs) << 3);
  if (!proposeState(run, u, z, 0, run.padded)) return false;
  acceptState(run, 0, run.padded);
  return true;
}

/** Simulates all members for some steps; returns how many were completed by all of them. */
export function simulateEnsemble(members: usize, count: i32, steps: i32): i32 {
  const first = runOf(members, 0);
  const n = first.units, padded = first.padded;
  const bytes = <usize>(padded + 1) << 5;
  const strips = padded >> 2;
  for (let t = 0; t < steps; t++) {
    for (let m = 0; m < count; m++) observe(members, m, t);
    for (let s = 0; s < strips; s++) {
      multiplyStripByAll(first.Wr + <usize>s * bytes, <usize>s << 5, members, count, n, padded);
    }
    for (let m = 0; m < count; m++) if (!move(members, m, t)) return t;
  }
  return steps;
}
