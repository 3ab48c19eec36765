/** Fixed and slow points of a flow, how sure of each one may be, and what joins them.  [J15 §3] */

export { certificateTable as certificates } from "./certificate-table";
export { certify } from "./certify";
export { findAllFixedPoints as allFixedPoints } from "./complete-search";
export { completeness } from "./completeness";
export { completenessBadge as badge } from "./completeness-badge";
export { trackEdge as edge } from "./edge-tracking";
export type { FixedPoint, FixedPointSet } from "./fixed-point-set";
export { findFixedPoints as fixedPoints } from "./fixed-points";
export { unstableDirection, unstableManifold } from "./manifold";
export { minimizeSpeed as minimize } from "./minimize";
export { modeCounts } from "./mode-counts";
export { speedThroughSaddle as speedThrough } from "./passage-profile";
export { polishFixedPoint as polish } from "./polish";
export { mixedStarts, startsInBox } from "./starts";
export { transitionGraph } from "./transition-graph";
