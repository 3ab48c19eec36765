/** The memories of a flip-flop: whether they are held, where they lie, what leads from one to another.  [J15 §6, §7] */

export { bitAxes as axes, bitFrame as frame } from "./bit-axes";
export { flipDistances as distances, leastInequality } from "./equidistance";
export { lapsesByPause as lapses } from "./lapses";
export { type Memory, memoryTable as table } from "./memories";
export { memoryGraph as graph } from "./memory-graph";
export { memoryMargins as margins } from "./memory-margins";
export { memoryPassages as passages, outputOf as output, patternOf as pattern } from "./passages";
export { pulseThresholds as thresholds } from "./pulse-threshold";
export { memorySkeleton as skeleton } from "./skeleton";
export { angleToMissing, compareCubes, memorySolid as solid, seenView as view, viewsWithoutOne } from "./solid";
