/**
 * Eigenvalues of a Hessenberg matrix by QR iteration: aggressive early deflation and many shifts at a time in large blocks,
 * Francis' double shift in small ones.
 */

import {
  blockStart,
  checkIterations,
  exceptionalShifts,
  hessenbergNorm,
  type ShiftPair,
  shiftsFor,
  solveTwoByTwo,
  startSweep,
  type Workspace,
} from "./double-shift";
import { type DeflationRoom, deflate } from "./early-deflation";
import { loadKernels } from "./wasm";

/** Blocks of fewer rows are not worth a window. */
export const LARGE = 220;
/** Percentage of a window that must deflate for the next window to come without a sweep (LAPACK's nibble). */
const NIBBLE = 14;
/** Every so many sweeps without deflation, one takes shifts that belong to nothing, to break a cycle. */
const PATIENCE = 6;

/** The eigenvalues of the first n rows and columns, in the order of their rows. Changes the matrix. */
export function iterate(
  work: Workspace,
  n: number,
  room: DeflationRoom | undefined,
): { re: Float64Array; im: Float64Array } {
  const { h, stride } = work;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const total = hessenbergNorm(h, n, stride);
  let iterations = 0;
  let shifts: ShiftPair[] = [];
  for (let end = n - 1; end >= 0; ) {
    const l = blockStart(h, stride, end, total);
    if (l >= end - 1) {
      if (l === end) re[end] = h[end * stride + end];
      else solveTwoByTwo(h, stride, end, re, im);
      end = l - 1;
      iterations = 0;
      continue;
    }
    iterations += 1;
    checkIterations(iterations);
    if (room === undefined || end - l + 1 < LARGE) {
      shifts = [];
      startSweep(work, l, end, shiftsFor(h, stride, end, iterations), { top: l, columns: end + 1 });
    } else if (shifts.length > 0) {
      chase(work, room, l, end, shifts);
      shifts = [];
    } else {
      const found = deflate(work, room, l, end);
      if (100 * found.deflated > NIBBLE * room.size) continue;
      const isStuck = (iterations >> 1) % PATIENCE === PATIENCE - 1; // windows and sweeps take turns
      shifts = isStuck ? foreignShifts(h, stride, end, room.pairs) : found.shifts;
    }
  }
  return { re, im };
}

/** One sweep with many pairs of shifts. */
function chase({ h, stride }: Workspace, room: DeflationRoom, l: number, end: number, shifts: ShiftPair[]): void {
  const pairs = Math.min(shifts.length, room.pairs);
  for (let i = 0; i < pairs; i++) room.shifts.set(shifts[i], 3 * i);
  loadKernels().chase(h.byteOffset, 8 * stride, l, end, room.shifts.byteOffset, pairs, room.chase.byteOffset);
}

/** Shifts from subdiagonal entries instead of eigenvalues. */
function foreignShifts(h: Float64Array, stride: number, end: number, pairs: number): ShiftPair[] {
  return Array.from({ length: pairs }, (_, i) => exceptionalShifts(h, stride, end - 2 * i));
}
