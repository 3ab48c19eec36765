/** Branches of fixed points as a parameter changes, and their bifurcations. */
export { continueFixedPoints as branches } from "./continue";
