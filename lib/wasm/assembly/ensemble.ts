/**
 * Several simulations that share their recurrent weights, step by step together: a step of one is mostly the product Wr r,
 * so each sixteen rows that have been read serve all of them. Each gets the bits it would get alone.
 *
 * This product alone is in single precision, four lanes instead of two; all else is as in force.ts.
 *
 * lib/network/ensemble.ts owns the memory and writes the records; test/oracles/plain-ensemble.ts does the same in plain
 * TypeScript.
 */
import { acceptState, activate, proposeState, readOut, Run } from "./force";

/** One simulation: its run (force.ts), u and z of the steps to come, and what is done to its rates: (r + shift) · scale. */
@unmanaged
export class Member {
  run: usize;
  input: usize;
  output: usize;
  /** r once more in single precision, (padded). */
  rates: usize;
  shift: f64;
  scale: f64;
}

/** Where its fields lie, and how many bytes it takes. */
export enum MemberAt {
  run = offsetof<Member>("run"), input = offsetof<Member>("input"), output = offsetof<Member>("output"),
  rates = offsetof<Member>("rates"), shift = offsetof<Member>("shift"), scale = offsetof<Member>("scale"),
  end = offsetof<Member>(),
}

/** r ← (r + shift) · scale, (n). */
export function adjustRates(r: usize, n: i32, shift: f64, scale: f64): void {
  const end = r + ((<usize>n & ~1) << 3);
  const s = f64x2.splat(shift), c = f64x2.splat(scale);
  for (let o = r; o < end; o += 16) v128.store(o, f64x2.mul(f64x2.add(v128.load(o), s), c));
  if (n & 1) store<f64>(end, (load<f64>(end) + shift) * scale);
}

/** out = r in single precision, (padded): a multiple of four numbers. */
export function narrow(r: usize, out: usize, padded: i32): void {
  const end = out + (<usize>padded << 2);
  while (out < end) {
    const low = f32x4.demote_f64x2_zero(v128.load(r)), high = f32x4.demote_f64x2_zero(v128.load(r, 16));
    v128.store(out, v128.shuffle<i64>(low, high, 0, 2));
    r += 32;
    out += 16;
  }
}

/** Four sums in single precision, stored in double. */
// @ts-ignore: decorator
@inline
function storeWide(out: usize, sums: v128): void {
  v128.store(out, f64x2.promote_low_f32x4(sums));
  v128.store(out, f64x2.promote_low_f32x4(v128.shuffle<i64>(sums, sums, 1, 1)), 16);
}

/**
 * Sixteen rows of A x in single precision. The strip holds column after column, sixteen numbers each; each row is one sum,
 * from the first column to the last.
 *
 * Here and in the other products addresses are moved on before they are used: of a sum V8 knows that its upper half is
 * zero, of a variable of the loop it does not, and makes sure with one more instruction for each.
 */
export function multiplySingleStrip(strip: usize, x: usize, out: usize, n: i32): void {
  const last = x + (<usize>(n - 1) << 2);
  let s0 = f32x4.splat(0.0), s1 = s0, s2 = s0, s3 = s0;
  strip -= 64;
  x -= 4;
  while (x < last) {
    strip += 64;
    x += 4;
    const xx = v128.load_splat<f32>(x);
    s0 = f32x4.add(s0, f32x4.mul(v128.load(strip), xx));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(strip, 16), xx));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(strip, 32), xx));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(strip, 48), xx));
  }
  storeWide(out, s0);
  storeWide(out + 32, s1);
  storeWide(out + 64, s2);
  storeWide(out + 96, s3);
}

/** The same of A x and of A y: each load of A serves both, and the bits are those of the other. */
export function multiplySingleStripByTwo(strip: usize, x: usize, y: usize, outX: usize, outY: usize, n: i32): void {
  const last = x + (<usize>(n - 1) << 2);
  let s0 = f32x4.splat(0.0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  strip -= 64;
  x -= 4;
  y -= 4;
  while (x < last) {
    strip += 64;
    x += 4;
    y += 4;
    const xx = v128.load_splat<f32>(x), yy = v128.load_splat<f32>(y);
    const a0 = v128.load(strip), a1 = v128.load(strip, 16), a2 = v128.load(strip, 32), a3 = v128.load(strip, 48);
    s0 = f32x4.add(s0, f32x4.mul(a0, xx));
    t0 = f32x4.add(t0, f32x4.mul(a0, yy));
    s1 = f32x4.add(s1, f32x4.mul(a1, xx));
    t1 = f32x4.add(t1, f32x4.mul(a1, yy));
    s2 = f32x4.add(s2, f32x4.mul(a2, xx));
    t2 = f32x4.add(t2, f32x4.mul(a2, yy));
    s3 = f32x4.add(s3, f32x4.mul(a3, xx));
    t3 = f32x4.add(t3, f32x4.mul(a3, yy));
  }
  storeWide(outX, s0);
  storeWide(outX + 32, s1);
  storeWide(outX + 64, s2);
  storeWide(outX + 96, s3);
  storeWide(outY, t0);
  storeWide(outY + 32, t1);
  storeWide(outY + 64, t2);
  storeWide(outY + 96, t3);
}

// @ts-ignore: decorator
@inline
function memberOf(members: usize, m: i32): Member {
  return changetype<Member>(members + (<usize>m << 5));
}

/** One strip of A times the rates of every member, two at a time; a last one may be without a partner. */
export function multiplySingleStripByAll(strip: usize, rows: usize, members: usize, count: i32, n: i32): void {
  for (let m = 0; m < count; m += 2) {
    const p = memberOf(members, m);
    const a = changetype<Run>(p.run).a + rows;
    if (m + 1 == count) {
      multiplySingleStrip(strip, p.rates, a, n);
      return;
    }
    const q = memberOf(members, m + 1);
    multiplySingleStripByTwo(strip, p.rates, q.rates, a, changetype<Run>(q.run).a + rows, n);
  }
}

/** Rates and output of a member at its step t. */
export function observe(members: usize, m: i32, t: i32): void {
  const member = memberOf(members, m);
  const run = changetype<Run>(member.run);
  activate(run, 0, run.units);
  if (member.shift != 0.0 || member.scale != 1.0) adjustRates(run.r, run.units, member.shift, member.scale);
  narrow(run.r, member.rates, run.padded);
  readOut(run, member.output + (<usize>(t * run.outputs) << 3));
}

/** Its Euler step, Wr r being known; says whether the activation stayed finite, else it is left as it was. */
export function move(members: usize, m: i32, t: i32): bool {
  const member = memberOf(members, m);
  const run = changetype<Run>(member.run);
  const u = member.input + (<usize>(t * run.inputs) << 3);
  const z = member.output + (<usize>(t * run.outputs) << 3);
  if (!proposeState(run, u, z, 0, run.padded)) return false;
  acceptState(run, 0, run.padded);
  return true;
}

/** Simulates all members for some steps; returns how many were completed by all of them. */
export function simulateEnsemble(members: usize, count: i32, steps: i32): i32 {
  const first = changetype<Run>(memberOf(members, 0).run);
  const n = first.units;
  const bytes = <usize>n << 6;
  const strips = first.padded >> 4;
  for (let t = 0; t < steps; t++) {
    for (let m = 0; m < count; m++) observe(members, m, t);
    for (let s = 0; s < strips; s++) {
      multiplySingleStripByAll(first.Wr + <usize>s * bytes, <usize>s << 7, members, count, n);
    }
    for (let m = 0; m < count; m++) if (!move(members, m, t)) return t;
  }
  return steps;
}
