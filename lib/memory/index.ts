/** The memories of a flip-flop: whether they are held, where they lie, what leads from one to another.  [J15 §6, §7] */

export {
  bitFrame as frame,
  flipDistances as distances,
  leastInequality,
  memorySkeleton as skeleton,
} from "./box";
export {
  memoryGraph as graph,
  memoryMargins as margins,
  memoryPassages as passages,
  outputOf as output,
  patternOf as pattern,
} from "./gates";
export { lapsesByPause as lapses, pulseThresholds as thresholds } from "./pulses";
export { angleToMissing, compareCubes, memorySolid as solid, seenView as view, viewsWithoutOne } from "./solid";
export { type Memory, memoryTable as table } from "./table";
