import { MinimalResiduals, type PreconditionedSystem } from "../wasm/krylov";
import { factorize } from "../wasm/linear-solve";
import { SingleFactors } from "../wasm/single-factors";
import { norm } from "../wasm/vector";
import { kernelArray, releaseKernelArray } from "../wasm/wasm";
import type { EnergySurface } from "./energy-surface";

/** Steps of GMRES after which the factors count as too old; one costs about a thirtieth of a factorisation at N = 1000. */
const mostSteps = 20;
/** Factors that took more than this are made anew for the next point: a few fresh steps and the LU cost as much. */
const staleSteps = 10;
/**
 * ‖F + J p‖ ≤ t ‖F‖ with t = ‖F‖/‖x‖ between these. Far from a fixed point, where the radius cuts Newton's step anyway, two
 * digits do; near one t falls with F, so that errors are still squared, and the last steps gain eight digits each.
 */
const tolerances = { far: 1e-2, near: 1e-8 };

/**
 * Newton's step p = −J⁻¹ F at one point of a search after the other.
 *
 * J changes little from point to point, so the LU of an earlier point, in float32, is a good approximate inverse of the
 * next J: GMRES makes up for the difference with one product by J and one solve per step. New factors are made when that
 * takes too many steps; when float32 is not enough, the float64 LU takes their place for this point.
 */
export class NewtonStep {
  /** Factorisations so far, in float32 and float64. */
  readonly count = { single: 0, double: 0 };
  readonly #factors: SingleFactors;
  readonly #krylov: MinimalResiduals;
  readonly #system: PreconditionedSystem;
  readonly #right: Float64Array;
  #isUsable = false;

  constructor(readonly surface: EnergySurface) {
    const { size } = surface;
    this.#factors = new SingleFactors(size);
    this.#krylov = new MinimalResiduals(size, Math.min(size, mostSteps));
    this.#right = kernelArray(size);
    this.#system = {
      apply: (v, out) => surface.apply(v, out),
      precondition: (v, out) => this.#factors.solve(v, out),
    };
  }

  /** Writes p into `out`, (N); false if J is singular or p not finite. */
  find(out: Float64Array): boolean {
    const { F } = this.surface;
    for (let i = 0; i < F.length; i++) this.#right[i] = -F[i];
    if (this.#isUsable && this.#solve(out)) return true;
    this.count.single++;
    if (this.#factors.update(this.surface.J) && this.#solve(out)) return true;
    this.#isUsable = false;
    return this.#solveDouble(out);
  }

  release(): void {
    this.#factors.release();
    this.#krylov.release();
    releaseKernelArray(this.#right);
  }

  #solve(out: Float64Array): boolean {
    const { speed, x } = this.surface;
    const tolerance = Math.max(tolerances.near, Math.min(tolerances.far, speed / norm(x)));
    const { steps, residual } = this.#krylov.solve(this.#system, this.#right, out, tolerance);
    const isSolved = residual <= tolerance && Number.isFinite(norm(out));
    this.#isUsable = isSolved && steps <= staleSteps;
    return isSolved;
  }

  #solveDouble(out: Float64Array): boolean {
    const { size, J } = this.surface;
    const factors = kernelArray(size * size);
    factors.set(J);
    const lu = factorize(factors, size, { inPlace: true });
    this.count.double++;
    if (!lu.isSingular) out.set(lu.solve(this.#right));
    const isFound = !lu.isSingular && Number.isFinite(norm(out));
    lu.release();
    releaseKernelArray(factors);
    return isFound;
  }
}
