/**
 * The time loops of training and simulation; test/oracles/plain-loop.ts holds the same in plain TypeScript and explains
 * the steps. Everything that acts on units or rows takes a range of them, so that two threads can share a step
 * (two-threads.ts).
 *
 * P is symmetric, so only its lower triangle is kept, which halves the memory that has to be moved, in strips of four
 * rows: pair of columns by pair of columns, the four rows of a pair side by side (one line of the cache). The columns
 * left of a border m and those right of it lie apart, for two threads: a processor reads ahead, and would take from the
 * other what that one is about to write. With s the number of a strip and b = m/4, it begins
 *
 *     left     s < b: number 8 s (s+1)      else: number 8 b (b+1) + 4 m (s−b)
 *     right    s ≥ b: number 8 (s−b)(s−b+1) of `right`
 *
 * The rank-one change of one weight step is made in the same pass over P as the product of the next: until then it waits
 * as (c, k).
 */
import { logisticInto, tanhInto } from "./elementary";
import { dot, lanes, multiply, multiplyStrips } from "./products";

/** One run, as written by lib/network/run.ts; vectors are padded with zeros to a multiple of four. */
@unmanaged
export class Run {
  units: i32;
  inputs: i32;
  outputs: i32;
  /** 0 tanh, 1 logistic. */
  activation: i32;
  trainEvery: i32;
  padded: i32;
  /** In strips, see multiplyStrips. */
  Wr: usize;
  Wo: usize;
  /** Column o of Wfb as a padded row, (outputs × padded). */
  feedback: usize;
  /** Column m of B as a padded row, (inputs × padded). */
  input: usize;
  x: usize;
  r: usize;
  /** Workspace: Wr r, then the next x. */
  a: usize;
  P: usize;
  /** k of the weight step that P has not seen yet, and room for the next one. */
  k: usize;
  kNext: usize;
  /** Norms of the rows of Wo, (outputs). */
  norms: usize;
  /** Workspace: partial sums of P r, four pairs per strip. */
  sums: usize;
  /** Workspace of one or two threads. */
  work: usize;
  /** P right of the border, and the border: a multiple of eight. */
  right: usize;
  border: i32;
  unused: i32;
  tau: f64;
  /** c of the weight step that P has not seen yet. */
  c: f64;
  /** v and Ω v, and room for the next Ω v: see watchGain. */
  probe: usize;
  image: usize;
  imageNext: usize;
  /** Weight steps made, and the number of the first at which P had lost its digits (0: none). */
  weightSteps: i32;
  lostAt: i32;
  unused2: i32;
  /** How far off k = P r is, the size of r to judge it by, and the worst gain so far. */
  difference: f64;
  size: f64;
  worst: f64;
}

/** Where its fields lie, and how many bytes it takes: for lib/network, which writes it. */
export enum RunAt {
  units = offsetof<Run>("units"), inputs = offsetof<Run>("inputs"), outputs = offsetof<Run>("outputs"),
  activation = offsetof<Run>("activation"), trainEvery = offsetof<Run>("trainEvery"),
  padded = offsetof<Run>("padded"), Wr = offsetof<Run>("Wr"), Wo = offsetof<Run>("Wo"),
  feedback = offsetof<Run>("feedback"), input = offsetof<Run>("input"), x = offsetof<Run>("x"),
  r = offsetof<Run>("r"), a = offsetof<Run>("a"), P = offsetof<Run>("P"), k = offsetof<Run>("k"),
  kNext = offsetof<Run>("kNext"), norms = offsetof<Run>("norms"), sums = offsetof<Run>("sums"),
  work = offsetof<Run>("work"), right = offsetof<Run>("right"), border = offsetof<Run>("border"),
  tau = offsetof<Run>("tau"), c = offsetof<Run>("c"), probe = offsetof<Run>("probe"), image = offsetof<Run>("image"),
  imageNext = offsetof<Run>("imageNext"), weightSteps = offsetof<Run>("weightSteps"),
  lostAt = offsetof<Run>("lostAt"), worst = offsetof<Run>("worst"),
  end = offsetof<Run>(),
}

/** P has lost its digits where the gain is off by more than this part; lib/network/gain-watch.ts says why. */
const TOLERANCE = 1e-7;

/** r = act(x) for the units from … to (both even, or `to` the last). */
export function activate(run: Run, from: i32, to: i32): void {
  const at = <usize>from << 3;
  if (run.activation == 0) tanhInto(run.x + at, run.r + at, to - from);
  else logisticInto(run.x + at, run.r + at, to - from);
}

/** a ← x + (a + Wfb z + B u − x)/τ for the padded units from … to (both even); says whether all of it is finite. */
export function proposeState(run: Run, u: usize, z: usize, from: i32, to: i32): bool {
  const bytes = <usize>run.padded << 3;
  const x = run.x, a = run.a, feedback = run.feedback, input = run.input;
  const outputs = run.outputs, inputs = run.inputs;
  const tau = f64x2.splat(run.tau);
  const end = <usize>to << 3;
  let check = f64x2.splat(0.0);
  for (let o = <usize>from << 3; o < end; o += 16) {
    let s = v128.load(a + o);
    let column = feedback + o;
    for (let m = 0; m < outputs; m++) {
      s = f64x2.add(s, f64x2.mul(v128.load(column), v128.load_splat<f64>(z + (<usize>m << 3))));
      column += bytes;
    }
    column = input + o;
    for (let m = 0; m < inputs; m++) {
      s = f64x2.add(s, f64x2.mul(v128.load(column), v128.load_splat<f64>(u + (<usize>m << 3))));
      column += bytes;
    }
    const xx = v128.load(x + o);
    s = f64x2.add(xx, f64x2.div(f64x2.sub(s, xx), tau));
    check = f64x2.add(check, f64x2.mul(s, f64x2.splat(0.0))); // 0 for finite numbers, else NaN
    v128.store(a + o, s);
  }
  return lanes(check) == 0.0;
}

/** x ← a for the padded units from … to. */
export function acceptState(run: Run, from: i32, to: i32): void {
  const at = <usize>from << 3;
  memory.copy(run.x + at, run.a + at, <usize>(to - from) << 3);
}

/** z = Wo r. */
export function readOut(run: Run, z: usize): void {
  multiply(run.Wo, <usize>run.units << 3, run.r, z, run.outputs, run.units);
}

/** One Euler step; says whether the activation stayed finite, else it is left as it was. */
export function eulerStep(run: Run, u: usize, z: usize): bool {
  const n = run.units, padded = run.padded;
  activate(run, 0, n);
  readOut(run, z);
  multiplyStrips(run.Wr, run.r, run.a, n, padded, 0, padded >> 2);
  if (!proposeState(run, u, z, 0, padded)) return false;
  acceptState(run, 0, padded);
  return true;
}

/** Simulates; returns the number of completed steps. */
export function simulate(run: Run, input: usize, steps: i32, output: usize): i32 {
  for (let t = 0; t < steps; t++) {
    if (!eulerStep(run, input, output)) return t;
    input += <usize>run.inputs << 3;
    output += <usize>run.outputs << 3;
  }
  return steps;
}

/** Four pairs of zeros, where sums begin. */
const zeros = memory.data(64, 64);

/**
 * The four rows of P from row i on, in their columns from … to (both even, at most i), which begin at p:  P ← P − c k kᵀ  in
 * one pass with both products of P r, that of the rows (four pairs: `newSums` are `sums` and these columns), and that of
 * the columns, added to y. The c kᵢ wait in `gains`, four pairs of equal numbers: registers are scarce.
 */
export function updateColumns(
  p: usize, i: i32, from: i32, to: i32, k: usize, c: f64, r: usize, y: usize,
  gains: usize, sums: usize, newSums: usize,
): void {
  const ki = k + (<usize>i << 3), ri = r + (<usize>i << 3);
  v128.store(gains, f64x2.splat(c * load<f64>(ki)));
  v128.store(gains, f64x2.splat(c * load<f64>(ki, 8)), 16);
  v128.store(gains, f64x2.splat(c * load<f64>(ki, 16)), 32);
  v128.store(gains, f64x2.splat(c * load<f64>(ki, 24)), 48);
  const e0 = v128.load_splat<f64>(ri), e1 = v128.load_splat<f64>(ri, 8);
  const e2 = v128.load_splat<f64>(ri, 16), e3 = v128.load_splat<f64>(ri, 24);
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  const end = <usize>to << 3;
  for (let o = <usize>from << 3; o < end; o += 16) {
    const kk = v128.load(k + o), rr = v128.load(r + o);
    let yy = v128.load(y + o);
    const v0 = f64x2.sub(v128.load(p), f64x2.mul(v128.load(gains), kk));
    v128.store(p, v0);
    a0 = f64x2.add(a0, f64x2.mul(v0, rr));
    yy = f64x2.add(yy, f64x2.mul(v0, e0));
    const v1 = f64x2.sub(v128.load(p, 16), f64x2.mul(v128.load(gains, 16), kk));
    v128.store(p, v1, 16);
    a1 = f64x2.add(a1, f64x2.mul(v1, rr));
    yy = f64x2.add(yy, f64x2.mul(v1, e1));
    const v2 = f64x2.sub(v128.load(p, 32), f64x2.mul(v128.load(gains, 32), kk));
    v128.store(p, v2, 32);
    a2 = f64x2.add(a2, f64x2.mul(v2, rr));
    yy = f64x2.add(yy, f64x2.mul(v2, e2));
    const v3 = f64x2.sub(v128.load(p, 48), f64x2.mul(v128.load(gains, 48), kk));
    v128.store(p, v3, 48);
    a3 = f64x2.add(a3, f64x2.mul(v3, rr));
    v128.store(y + o, f64x2.add(yy, f64x2.mul(v3, e3)));
    p += 64;
  }
  v128.store(newSums, a0);
  v128.store(newSums, a1, 16);
  v128.store(newSums, a2, 32);
  v128.store(newSums, a3, 48);
}

/** The last four columns of the same rows, which begin at p; y of these rows begins here, with the sums of the others. */
export function updateDiagonal(p: usize, i: i32, k: usize, c: f64, r: usize, y: usize, sums: usize): void {
  const ki = k + (<usize>i << 3), ri = r + (<usize>i << 3), q = y + (<usize>i << 3);
  const k0 = load<f64>(ki), k1 = load<f64>(ki, 8), k2 = load<f64>(ki, 16), k3 = load<f64>(ki, 24);
  const r0 = load<f64>(ri), r1 = load<f64>(ri, 8), r2 = load<f64>(ri, 16), r3 = load<f64>(ri, 24);
  const g0 = c * k0, g1 = c * k1, g2 = c * k2, g3 = c * k3;
  const d00 = load<f64>(p) - g0 * k0;
  const d10 = load<f64>(p, 16) - g1 * k0, d11 = load<f64>(p, 24) - g1 * k1;
  const d20 = load<f64>(p, 32) - g2 * k0, d21 = load<f64>(p, 40) - g2 * k1, d22 = load<f64>(p, 96) - g2 * k2;
  const d30 = load<f64>(p, 48) - g3 * k0, d31 = load<f64>(p, 56) - g3 * k1, d32 = load<f64>(p, 112) - g3 * k2;
  const d33 = load<f64>(p, 120) - g3 * k3;
  store<f64>(p, d00);
  store<f64>(p, d10, 16);
  store<f64>(p, d11, 24);
  store<f64>(p, d20, 32);
  store<f64>(p, d21, 40);
  store<f64>(p, d22, 96);
  store<f64>(p, d30, 48);
  store<f64>(p, d31, 56);
  store<f64>(p, d32, 112);
  store<f64>(p, d33, 120);
  store<f64>(q, lanes(v128.load(sums)) + d00 * r0 + d10 * r1 + d20 * r2 + d30 * r3);
  store<f64>(q, lanes(v128.load(sums, 16)) + d10 * r0 + d11 * r1 + d21 * r2 + d31 * r3, 8);
  store<f64>(q, lanes(v128.load(sums, 32)) + d20 * r0 + d21 * r1 + d22 * r2 + d32 * r3, 16);
  store<f64>(q, lanes(v128.load(sums, 48)) + d30 * r0 + d31 * r1 + d32 * r2 + d33 * r3, 24);
}

/** All columns left of the border of the strip that begins with row i. */
export function updateLeft(run: Run, i: i32, gains: usize, newSums: usize): void {
  const s = i >> 2, b = run.border >> 2;
  const first = i < run.border ? 8 * s * (s + 1) : 8 * b * (b + 1) + 16 * b * (s - b);
  const p = run.P + (<usize>first << 3);
  updateColumns(p, i, 0, min(i, run.border), run.k, run.c, run.r, run.kNext, gains, zeros, newSums);
  if (i < run.border) updateDiagonal(p + (<usize>i << 5), i, run.k, run.c, run.r, run.kNext, newSums);
}

/** The other columns of the same strip, i not being less than the border. */
export function updateRight(run: Run, i: i32, gains: usize, sums: usize, newSums: usize): void {
  const s = (i - run.border) >> 2;
  const p = run.right + (<usize>(8 * s * (s + 1)) << 3);
  updateColumns(p, i, run.border, i, run.k, run.c, run.r, run.kNext, gains, sums, newSums);
  updateDiagonal(p + (<usize>(i - run.border) << 5), i, run.k, run.c, run.r, run.kNext, newSums);
}

/** P ← P − c k kᵀ  and  kNext = P r. */
function updateAndMultiply(run: Run): void {
  const gains = run.work, sums = run.work + 64;
  for (let i = 0; i < run.padded; i += 4) {
    updateLeft(run, i, gains, sums);
    if (i >= run.border) updateRight(run, i, gains, sums, sums);
  }
}

/** y ← y − g x, (n). */
export function addScaled(g: f64, x: usize, y: usize, n: i32): void {
  const end = (<usize>n & ~1) << 3;
  const gg = f64x2.splat(g);
  for (let o: usize = 0; o < end; o += 16) {
    v128.store(y + o, f64x2.sub(v128.load(y + o), f64x2.mul(gg, v128.load(x + o))));
  }
  if (n & 1) store<f64>(y + end, load<f64>(y + end) - g * load<f64>(x + end));
}

/** c = 1/(1 + rᵀ k) for the k just found. */
export function stepSize(run: Run): f64 {
  return 1.0 / (1.0 + dot(run.r, run.kNext, run.units));
}

/** Compares the k just found with Ω v, and makes the next Ω v: lib/network/gain-watch.ts. */
export function watchGain(run: Run): void {
  const n = run.units, r = run.r, k = run.kNext, v = run.probe, image = run.image, next = run.imageNext;
  const end = <usize>n << 3;
  let found = 0.0, wanted = 0.0, size = 0.0;
  for (let o: usize = 0; o < end; o += 8) {
    const ri = load<f64>(r + o);
    found += load<f64>(k + o) * load<f64>(image + o);
    wanted += ri * load<f64>(v + o);
    size += abs(ri);
  }
  for (let o: usize = 0; o < end; o += 8) store<f64>(next + o, load<f64>(image + o) + wanted * load<f64>(r + o));
  run.difference = found - wanted;
  run.size = size / Math.sqrt(<f64>n);
}

/** Wo ← Wo − c (z − f) kᵀ with the k just found. P sees this weight step at the next one. */
export function changeReadout(run: Run, c: f64, z: usize, target: usize): void {
  const n = run.units;
  const k = run.kNext;
  run.kNext = run.k;
  run.k = k;
  run.c = c;
  const image = run.imageNext;
  run.imageNext = run.image;
  run.image = image;
  run.weightSteps++;
  const difference = abs(c * run.difference);
  const off = difference == 0.0 ? 0.0 : difference == difference ? difference / run.size : Infinity;
  run.worst = max(run.worst, off);
  if (run.lostAt == 0 && off > TOLERANCE) run.lostAt = run.weightSteps;
  for (let o = 0; o < run.outputs; o++) {
    const at = <usize>o << 3;
    addScaled(c * (load<f64>(z + at) - load<f64>(target + at)), k, run.Wo + (<usize>(o * n) << 3), n);
  }
  measureReadout(run);
}

/** One weight step. */
export function weightStep(run: Run, z: usize, target: usize): void {
  updateAndMultiply(run);
  watchGain(run);
  changeReadout(run, stepSize(run), z, target);
}

export function measureReadout(run: Run): void {
  for (let o = 0; o < run.outputs; o++) {
    const row = run.Wo + (<usize>(o * run.units) << 3);
    store<f64>(run.norms + (<usize>o << 3), Math.sqrt(dot(row, row, run.units)));
  }
}

/** Copies the norms of the readout; says whether they are finite. */
export function reportNorms(run: Run, readoutNorm: usize): bool {
  const width = <usize>run.outputs << 3;
  for (let o: usize = 0; o < width; o += 8) {
    const length = load<f64>(run.norms + o);
    if (!(length < Infinity)) return false;
    store<f64>(readoutNorm + o, length);
  }
  return true;
}

/** Trains; returns the number of completed steps. */
export function force(
  run: Run, input: usize, target: usize, firstStep: i32, steps: i32, output: usize, readoutNorm: usize,
): i32 {
  const width = <usize>run.outputs << 3;
  measureReadout(run);
  for (let t = 0; t < steps; t++) {
    if (!eulerStep(run, input, output)) return t;
    if ((firstStep + t + 1) % run.trainEvery == 0) weightStep(run, output, target);
    if (!reportNorms(run, readoutNorm)) return t;
    input += <usize>run.inputs << 3;
    target += width;
    output += width;
    readoutNorm += width;
  }
  return steps;
}
