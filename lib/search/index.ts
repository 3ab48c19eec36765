/** Fixed and slow points of a flow, how sure of each one may be, and what joins them.  [J15 §3] */

export { certify, polishFixedPoint as polish } from "./certify";
export { trackEdge as edge } from "./explore";
export { findFixedPoints as fixedPoints } from "./find";
export { findAllFixedPoints as allFixedPoints } from "./find-all";
export { openSkeleton as openKept } from "./kept-search";
export { minimizeSpeed as minimize } from "./minimize";
export type { FixedPoint, FixedPointSet } from "./points";
export { certificateTable as certificates, completeness, completenessBadge as badge, modeCounts } from "./report";
export { speedThroughSaddle as speedThrough, unstableManifold } from "./saddles";
export { mixedStarts, startsInBox } from "./starts";
export { transitionGraph } from "./transitions";
