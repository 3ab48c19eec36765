/** A vector field and what is known of it alone.  [J15 §2, §3] */

export {
  exactHessian as hessian,
  gaussNewtonHessian as gaussNewton,
  kineticEnergyGradient as energyGradient,
  numericalJacobian,
} from "./energy";
export { excursionsFrom as excursions } from "./excursions";
export { type Flow, kineticEnergy as energy, speed } from "./flow";
export type { FlowFamily } from "./flow-family";
export { integrate } from "./integrate";
export { lyapunovExponent } from "./lyapunov";
export { passageTime } from "./passage-time";
export { ghostPassageTime, saddleNodeFamily as saddleNode, twoWells } from "./planar";
export { separationFrom as separation } from "./separation";
export { stability } from "./stability";
