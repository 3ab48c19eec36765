/** Branches of fixed points as a parameter changes, and their bifurcations. */
export { continueFixedPoints as branches } from "./continue";
export { continuationOf as opened, skeletonAt } from "./record";
