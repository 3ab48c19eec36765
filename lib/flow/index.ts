/** A vector field and what is known of it alone.  [J15 §2, §3] */

export {
  exactHessian as hessian,
  gaussNewtonHessian as gaussNewton,
  kineticEnergyGradient as energyGradient,
  numericalJacobian,
} from "./energy";
export { type Flow, type FlowFamily, kineticEnergy as energy } from "./flow";
export { excursionsFrom as excursions, integrate, passageTime, separationFrom as separation } from "./integrate";
export { ghostPassageTime, saddleNodeFamily as saddleNode, twoWells } from "./plane";
export { lyapunovExponent, stability } from "./stability";
