/**
 * Eigenvalues of a Hessenberg matrix by QR iteration: aggressive early deflation and many shifts at a time in large blocks,
 * Francis' double shift in small ones.
 */
import { type DeflationRoom, deflate } from "./deflation";
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

import { loadKernels } from "./wasm";
const NW = Number(process.env.NW ?? 64);
const NS = Number(process.env.NS ?? 20);
const MIN = Number(process.env.MIN ?? 100);
const NIB = Number(process.env.NIB ?? 14);

/**
 * The eigenvalues. Changes the matrix.
 *
 * The last rows deflate first: as soon as a subdiagonal entry is negligible, the block below it is on its own, and a
 * block of one or two rows gives its eigenvalues directly.
 */
export function iterate(
  work: Workspace,
  n: number,
  room: DeflationRoom | undefined,
): { re: Float64Array; im: Float64Array } {
  const { h, stride } = work;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const total = hessenbergNorm(h, n, stride);
  let pending: ShiftPair[] = [];
  let end = n - 1;
  let iterations = 0;
  while (end >= 0) {
    const l = blockStart(h, stride, end, total);
    if (l === end) {
      re[end] = h[end * stride + end];
      end -= 1;
      iterations = 0;
      continue;
    }
    if (l === end - 1) {
      solveTwoByTwo(h, stride, end, re, im);
      end -= 2;
      iterations = 0;
      continue;
    }
    iterations += 1;
    checkIterations(iterations);
    const reach = { top: l, columns: end + 1, rows: end + 1 };
    if (room === undefined || end - l + 1 < MIN) {
      pending = [];
      startSweep(work, l, end, shiftsFor(h, stride, end, iterations), reach);
      stat.small++;
    } else if (pending.length > 0) {
      const pairs = pending.slice(0, NS);
      for (const [i, pair] of pairs.entries()) room.shifts.set(pair, 3 * i);
      stat.sweeps += pairs.length; stat.flops += pairs.length*10*(end-l)**2;
      loadKernels().chase(h.byteOffset, 8 * stride, l, end, room.shifts.byteOffset, pairs.length, room.chase.byteOffset);
      pending = [];
    } else {
      stat.aed++;
      const { deflated, shifts } = deflate(work, room, l, end, room.size);
      stat.defl += deflated;
      if (100 * deflated <= NIB * room.size)
        pending = iterations % 12 === 11 ? [exceptionalShifts(h, stride, end)] : shifts;
    }
  }
  return { re, im };
}
export const windowRows = NW;
export const stat = { small: 0, sweeps: 0, aed: 0, flops: 0, defl: 0 };
