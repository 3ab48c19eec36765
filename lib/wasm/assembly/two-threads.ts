/**
 * One run by two threads, with the bits of one: every sum is made by the same additions in the same order.
 *
 * Rows of Wr r are independent, so each thread takes strips of Wr from its end of the matrix until they meet. P r is not
 * divided so easily: a row's sum runs over its columns in order, and the sum of a column (the other triangle) over the
 * rows in order. So the first thread takes the columns left of a border, the second those right of it: each owns the
 * sums of its columns, and the sum of a row is handed over at the border. The second follows the first downwards, and
 * takes strips of Wr whenever it would have to wait.
 *
 *          | left            |               a step:  1  r = act(x), half each
 *     rows | (first thread)  |                        2  z (first); Wr r and P r together
 *        ↓ |                 | right                  3  the next x, half each
 *          |                 | (second thread)        and then, by the first, the weights of Wo
 *
 * The threads meet after each part. Who waits spins for a while, then sleeps: on a busy machine the other one may be
 * without a processor. The first thread can be ended anywhere (an interrupt); the second then sleeps until the next
 * run, whose number differs from the one it works for, and gives up the old one.
 */
import {
  acceptState, activate, changeReadout, force, measureReadout, proposeState, readOut, reportNorms, Run, simulate,
  stepSize, updateLeft, updateRight, watchGain,
} from "./force";
import { multiplyStrips } from "./products";

/** What the threads know of each other: words of 32 bits, those that different threads write 64 bytes apart. */
const meeting = memory.data(512, 64);

/** State of the second thread. It goes from ABSENT to IDLE and back by itself, to WORKING when it is given work. */
const STATE = meeting;
const ABSENT = 0, IDLE = 1, WORKING = 2;
/** Number of the piece of work; a new one ends the old one. */
const WORK = meeting + 64;
/** Parts of steps that the first and the second thread have done. */
const FIRST = meeting + 128;
const SECOND = meeting + 192;
/** Blocks of P of which the left part is done. */
const LEFT = meeting + 256;
/** Blocks of Wr that have been taken by either. */
const TAKEN = meeting + 320;
/** Offsets from FIRST and SECOND: whether that thread sleeps, the word it sleeps on, whether its half of x is finite. */
const SLEEPS = 4, BELL = 8, IS_FINITE = 12;
/** Pieces of work that the second thread has brought to their end. */
const DONE = meeting + 448;
/** The work: run, input, output, steps, the step within a period of training (negative: simulation), its number. */
const TASK = meeting + 384;

/**
 * Looks at a word before a thread goes to sleep: some 50 µs. To be woken takes about as long, so with fewer looks one
 * sleep would make the other thread sleep too, and so on at every meeting; a sleeping thread on a busy machine is no loss,
 * a spinning one is.
 */
const SPINS = 50000;
const SECOND_NS: i64 = 1000000000;
/** The second thread leaves when it has had nothing to do for this long. */
const IDLE_SECONDS = 20;

/** Strips of Wr that are taken at a time. */
const BLOCK = 4;
/** Strips of P whose sums are handed over at a time: fetched one by one, each would cost the way between two processors. */
const HANDED = 16;

function wake(seat: usize): void {
  if (atomic.load<i32>(seat, SLEEPS) == 0) return;
  atomic.add<i32>(seat, 1, BELL);
  atomic.notify(seat + BELL, 1);
}

/**
 * Waits until a counter has come to a value; false if the work was given up before. Sleeps on the bell of `seat`.
 *
 * The counter is looked at after the work, so that a part which the other thread has done is never taken for given up.
 */
export function awaitCount(counter: usize, value: i32, seat: usize, work: i32): bool {
  for (let i = 0; i < SPINS; i++) {
    const isGivenUp = atomic.load<i32>(WORK) != work;
    if (atomic.load<i32>(counter) >= value) return true;
    if (isGivenUp) return false;
  }
  atomic.store<i32>(seat, 1, SLEEPS);
  let isThere = false, isGivenUp = false;
  while (!isThere && !isGivenUp) {
    const bell = atomic.load<i32>(seat, BELL);
    isGivenUp = atomic.load<i32>(WORK) != work;
    isThere = atomic.load<i32>(counter) >= value;
    if (!isThere && !isGivenUp) atomic.wait<i32>(seat + BELL, bell, SECOND_NS);
  }
  atomic.store<i32>(seat, 0, SLEEPS);
  return isThere;
}

/** Says that `part` is done and waits for the other; false if the work was given up. */
function meet(isFirst: bool, part: i32, work: i32): bool {
  const own = isFirst ? FIRST : SECOND, other = isFirst ? SECOND : FIRST;
  atomic.store<i32>(own, part);
  wake(other);
  return awaitCount(other, part, own, work);
}

/** Units of the first thread: half of the padded ones, in whole lines of memory. */
function half(run: Run): i32 {
  return (run.padded >> 1) & ~7;
}

/** Takes the next block of Wr from the thread's end; false if none is left. `count` is how many it has taken. */
export function takeBlock(run: Run, isFirst: bool, count: i32): bool {
  const strips = run.padded >> 2;
  const blocks = (strips + BLOCK - 1) / BLOCK;
  if (atomic.load<i32>(TAKEN) >= blocks || atomic.add<i32>(TAKEN, 1) >= blocks) return false;
  const first = (isFirst ? count : blocks - 1 - count) * BLOCK;
  multiplyStrips(run.Wr, run.r, run.a, run.units, run.padded, first, min(strips, first + BLOCK));
  return true;
}

/** The columns of P left of the border; from there down, the sums of the rows are handed over block by block. */
function goLeft(run: Run): void {
  const gains = run.work;
  for (let i = 0; i < run.border; i += 4) updateLeft(run, i, gains, gains + 64);
  let block = 0;
  for (let i = run.border; i < run.padded; i += 4 * HANDED) {
    const end = min(run.padded, i + 4 * HANDED);
    for (let j = i; j < end; j += 4) updateLeft(run, j, gains, run.sums + (<usize>j << 4));
    atomic.store<i32>(LEFT, ++block);
    wake(SECOND);
  }
}

/** The columns of P right of the border; returns how many blocks of Wr were taken meanwhile, −1 if the work was given up. */
function goRight(run: Run, work: i32): i32 {
  const gains = run.work + 128, sums = gains + 64;
  let block = 0, count = 0;
  for (let i = run.border; i < run.padded; i += 4 * HANDED) {
    block++;
    while (atomic.load<i32>(LEFT) < block && takeBlock(run, false, count)) count++;
    if (!awaitCount(LEFT, block, SECOND, work)) return -1;
    const end = min(run.padded, i + 4 * HANDED);
    memory.copy(sums, run.sums + (<usize>i << 4), <usize>(end - i) << 4);
    for (let j = i; j < end; j += 4) {
      const own = sums + (<usize>(j - i) << 4);
      updateRight(run, j, gains, own, own);
    }
  }
  return count;
}

/** One Euler step as the first thread, with the products of a weight step; `part` counts the parts done before. */
function stepAsFirst(run: Run, u: usize, z: usize, isTraining: bool, part: i32, work: i32): bool {
  const h = half(run);
  activate(run, 0, h);
  atomic.store<i32>(LEFT, 0);
  atomic.store<i32>(TAKEN, 0);
  meet(true, part + 1, work);
  readOut(run, z);
  if (isTraining) goLeft(run);
  let count = 0;
  while (takeBlock(run, true, count)) count++;
  meet(true, part + 2, work);
  const isFinite = proposeState(run, u, z, 0, h);
  store<i32>(FIRST, isFinite ? 1 : 0, IS_FINITE);
  // P has seen its last change; the step size waits here until the step is known to be sound
  if (isTraining) {
    watchGain(run);
    run.c = stepSize(run);
  }
  meet(true, part + 3, work);
  if (!isFinite || load<i32>(SECOND, IS_FINITE) == 0) {
    if (isTraining) run.c = 0.0;
    return false;
  }
  acceptState(run, 0, h);
  return true;
}

/** The same as the second thread; false if the run is over. */
function stepAsSecond(run: Run, u: usize, z: usize, isTraining: bool, part: i32, work: i32): bool {
  const h = half(run), padded = run.padded;
  activate(run, h, run.units);
  if (!meet(false, part + 1, work)) return false;
  let count = 0;
  if (isTraining) count = goRight(run, work);
  if (count < 0) return false;
  while (takeBlock(run, false, count)) count++;
  if (!meet(false, part + 2, work)) return false;
  const isFinite = proposeState(run, u, z, h, padded);
  store<i32>(SECOND, isFinite ? 1 : 0, IS_FINITE);
  if (!meet(false, part + 3, work)) return false;
  if (!isFinite || load<i32>(FIRST, IS_FINITE) == 0) return false;
  acceptState(run, h, padded);
  return true;
}

/** Gives work to the second thread; returns its number, or 0 if there is nobody to do it. */
function give(run: Run, input: usize, output: usize, steps: i32, phase: i32): i32 {
  if (!isSecondIdle(SPINS)) return 0;
  const work = atomic.add<i32>(WORK, 1) + 1;
  atomic.store<i32>(FIRST, 0);
  atomic.store<i32>(SECOND, 0);
  atomic.store<i32>(FIRST, 0, SLEEPS);
  store<usize>(TASK, changetype<usize>(run));
  store<usize>(TASK, input, 4);
  store<usize>(TASK, output, 8);
  store<i32>(TASK, steps, 12);
  store<i32>(TASK, phase, 16);
  store<i32>(TASK, work, 20);
  if (atomic.cmpxchg<i32>(STATE, IDLE, WORKING) != IDLE) return 0;
  wake(SECOND);
  return work;
}

/** Whether the second thread is ready for work, after some looks. It may be about to end its last piece. */
export function isSecondIdle(looks: i32): bool {
  for (let i = 0; i < looks; i++) {
    const state = atomic.load<i32>(STATE);
    if (state != WORKING) return state == IDLE;
  }
  return false;
}

/** Waits until the second thread has done its last part, or lets it go before the steps are over. */
function finish(part: i32, steps: i32, done: i32, work: i32): void {
  if (done < steps) giveUp();
  else meet(true, part, work);
}

/**
 * Ends the work of the second thread, if it has any, and waits until it touches nothing any more.
 *
 * @returns whether that is so: false if it has not answered for ten seconds
 */
export function giveUp(): bool {
  atomic.add<i32>(WORK, 1);
  wake(SECOND);
  for (let i = 0; i < 10000; i++) {
    isSecondIdle(SPINS);
    if (atomic.load<i32>(STATE) != WORKING) return true;
    atomic.wait<i32>(STATE, WORKING, SECOND_NS / 1000);
  }
  return false;
}

/** State of the second thread: 0 absent, 1 idle, 2 working. */
export function secondState(): i32 {
  return atomic.load<i32>(STATE);
}

/** How many pieces of work the second thread has brought to their end. */
export function secondDone(): i32 {
  return load<i32>(DONE);
}

/** `simulate`, with the second thread if it is there. */
export function simulateTogether(run: Run, input: usize, steps: i32, output: usize): i32 {
  const work = give(run, input, output, steps, -1);
  if (work == 0) return simulate(run, input, steps, output);
  let t = 0;
  for (; t < steps; t++) {
    if (!stepAsFirst(run, input, output, false, 3 * t, work)) break;
    input += <usize>run.inputs << 3;
    output += <usize>run.outputs << 3;
  }
  finish(3 * steps + 1, steps, t, work);
  return t;
}

/** `force`, with the second thread if it is there. */
export function forceTogether(
  run: Run, input: usize, target: usize, firstStep: i32, steps: i32, output: usize, readoutNorm: usize,
): i32 {
  const work = give(run, input, output, steps, firstStep);
  if (work == 0) return force(run, input, target, firstStep, steps, output, readoutNorm);
  const width = <usize>run.outputs << 3;
  measureReadout(run);
  let t = 0;
  for (; t < steps; t++) {
    const isTraining = (firstStep + t + 1) % run.trainEvery == 0;
    if (!stepAsFirst(run, input, output, isTraining, 3 * t, work)) break;
    if (isTraining) changeReadout(run, run.c, output, target);
    if (!reportNorms(run, readoutNorm)) break;
    input += <usize>run.inputs << 3;
    target += width;
    output += width;
    readoutNorm += width;
  }
  finish(3 * steps + 1, steps, t, work);
  return t;
}

/** The steps of one piece of work as the second thread. */
function assist(): void {
  const work = load<i32>(TASK, 20);
  const run = changetype<Run>(load<usize>(TASK));
  let u = load<usize>(TASK, 4), z = load<usize>(TASK, 8);
  const steps = load<i32>(TASK, 12), phase = load<i32>(TASK, 16);
  for (let t = 0; t < steps; t++) {
    const isTraining = phase >= 0 && (phase + t + 1) % run.trainEvery == 0;
    if (!stepAsSecond(run, u, z, isTraining, 3 * t, work)) return;
    u += <usize>run.inputs << 3;
    z += <usize>run.outputs << 3;
  }
  store<i32>(DONE, load<i32>(DONE) + 1);
  atomic.store<i32>(SECOND, 3 * steps + 1);
  wake(FIRST);
}

/** What the second thread runs: it works whenever it is given work, and returns when there has been none for long. */
export function serve(): void {
  atomic.store<i32>(STATE, IDLE);
  let seconds = 0;
  while (seconds < IDLE_SECONDS || atomic.cmpxchg<i32>(STATE, IDLE, ABSENT) != IDLE) {
    if (awaitWork()) {
      seconds = 0;
      assist();
      atomic.store<i32>(STATE, IDLE);
      atomic.notify(STATE, 1);
    } else {
      seconds++;
    }
  }
}

/** Waits for work for a second; says whether there is some. */
export function awaitWork(): bool {
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(STATE) == WORKING) return true;
  atomic.store<i32>(SECOND, 1, SLEEPS);
  const bell = atomic.load<i32>(SECOND, BELL);
  if (atomic.load<i32>(STATE) != WORKING) atomic.wait<i32>(SECOND + BELL, bell, SECOND_NS);
  atomic.store<i32>(SECOND, 0, SLEEPS);
  return atomic.load<i32>(STATE) == WORKING;
}
