/**
 * The numerical core: AssemblyScript compiled to WebAssembly with SIMD of 128 bits (no relaxed SIMD, no fused
 * multiply-add), so every machine computes the same bits.
 *
 * Pointers are byte offsets into the memory that lib/wasm/memory.ts owns. Nothing is allocated here. Hot loops sit in
 * small exported functions: V8 optimises a function only between two calls of it, and an exported one is not inlined
 * into its caller.
 */
export { tanhInto, logisticInto } from "./elementary";
export { dot, multiply, multiplyStrip, multiplyTransposed } from "./products";
export {
  acceptState, activate, RunAt, addScaled, changeReadout, eulerStep, force, proposeState, readOut, simulate, stepSize,
  updateColumns, updateDiagonal, updateLeft, updateRight, weightStep,
} from "./force";
export {
  awaitCount, awaitWork, forceTogether, giveUp, isSecondIdle, secondDone, secondState, serve, simulateTogether, takeBlock,
} from "./two-threads";
export {
  factorize, factorPanel, updatePanel, solveTop, updateRows, solve, solveLowerStrip, solveUpperStrip, solveTransposed,
  subtractRows,
} from "./linear-solve";
export {
  adjustRates, MemberAt, move, multiplySingleStrip, multiplySingleStripByAll, multiplySingleStripByTwo, narrow, observe,
  simulateEnsemble,
} from "./ensemble";
export { gemm, packAlong, packAcross, multiplyStrip, multiplyTile } from "./gemm";
export {
  demoteMatrix, demoteRow, factorizeSingle, factorSinglePanel, updateSinglePanel, solveSingleTop,
  updateSingleRows, solveSingle, solveSingleLower, solveSingleUpper,
} from "./single-precision";
export { tanhPair, logisticPair, extendedRates, extendedDot, extendedVelocity } from "./double-double";
export { fillJacobian, scaleRow } from "./jacobian";
export { hessenberg, reduceRows, sweep, rotateRows, rotateColumns } from "./eigen";
export {
  chase, moveBulge, reflectRows, reflectColumns, reflectStrip, reflectPair, copyIn, copyOut, transposeIn, transposeOut,
} from "./bulges";
export { reducePanels } from "./hessenberg-panels";

/** First byte that the functions do not use themselves. */
export const heapBase: usize = __heap_base;
