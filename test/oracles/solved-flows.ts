import { Matrix } from "ml-matrix";
import type { Flow } from "rnn-dynamics/dist/flow/flow";
import type { SolvedFlow } from "rnn-dynamics/dist/flow/plane";
import { simpleRnnFlow } from "rnn-dynamics/dist/network/rate-flow";
import { checkRng, type Rng } from "rnn-dynamics/dist/numbers/random";
import {
  checkCount,
  checkMatrix,
  checkNumber,
  checkVector,
  mostBits,
  mostUnits,
  reject,
  withDefaults,
} from "rnn-dynamics/dist/wasm/check";
import { tanh } from "rnn-dynamics/dist/wasm/elementary";

/** An ideal n-bit flip-flop as a simple recurrent network. */
export interface FlipFlopFlow extends SolvedFlow {
  /** Recurrent weights, (N×N). */
  readonly W: Matrix;
  /** s > 0 with s = w tanh s: a bit rests at −s, 0 or s. */
  readonly root: number;
  /** Unit that carries each bit. */
  readonly bitUnits: Int32Array;
}

/**
 * Eight corners: ẋᵢ = xᵢ − xᵢ³ in three dimensions, the gradient flow of a double well per axis.
 *
 * Its 27 fixed points are all of {−1, 0, 1}³: 8 attractors (corners), 12 saddles with one unstable mode (edges), 6 with
 * two (faces), and the repeller 0.
 */
export const doubleWell3: SolvedFlow = {
  dimension: 3,
  odd: true,
  velocity(x) {
    checkVector("velocity", "x", x, 3);
    return x.map((value) => value - value * value * value);
  },
  jacobian(x) {
    checkVector("jacobian", "x", x, 3);
    return Matrix.diag([...x].map((value) => 1 - 3 * value * value));
  },
  lipschitzOfJacobian(centre, radius) {
    if (!centre || radius === undefined) return Number.POSITIVE_INFINITY;
    return 6 * (Math.max(...centre.map(Math.abs)) + radius); // |(x − x³)″| = 6|x|
  },
  fixedPoints: allPatterns(3, 1),
};

/**
 * An ideal n-bit flip-flop, ẋ = −x + w tanh x for each bit, hidden in a network of N units.
 *
 *     W = [[w I, 0], [C, 0]],  rows and columns permuted
 *
 * The first n units are independent bits, each bistable for w > 1; the others, driven through a random C, are slaves and
 * add no fixed points. So there are exactly 3ⁿ: for n = 3, 27 = 8 + 12 + 6 + 1 with 0, 1, 2, 3 unstable modes.
 *
 * @param bits n ≥ 1 (3ⁿ points are listed: n ≤ 10)
 * @param weight w > 1
 * @param options units N ≥ n (default n), and rng for C and the permutation; required if N > n
 * @returns the flow with W, its 3ⁿ fixed points, the root s = w tanh s and the units of the bits
 * @throws RangeError if an argument is out of place
 */
export function decoupledFlipFlop(
  bits: number,
  weight: number,
  options: { units?: number; rng?: Rng } = {},
): FlipFlopFlow {
  const where = "decoupledFlipFlop";
  checkBits(where, bits, weight);
  const { units, rng } = withDefaults<{ units: number; rng?: Rng }>(where, options, { units: bits, rng: undefined });
  checkCount(where, "units", units, bits, mostUnits);
  if (units > bits || rng !== undefined) checkRng(where, rng as Rng);
  const place = rng ? rng.split("permutation").permutation(units) : Int32Array.from({ length: units }, (_, i) => i);
  const W = Matrix.zeros(units, units);
  const coupling = rng?.split("C");
  for (let i = 0; i < units; i++) {
    for (let bit = 0; bit < bits; bit++) {
      const entry = i < bits ? (i === bit ? weight : 0) : (coupling as Rng).normal();
      W.set(place[i], place[bit], entry);
    }
  }
  const root = restingActivation(weight);
  const fixedPoints = allPatterns(bits, root).map((pattern) => {
    const x = new Float64Array(units);
    const rates = pattern.map((value) => Math.sign(value) * (root / weight)); // tanh s = s/w
    for (let i = 0; i < units; i++) {
      if (i < bits) x[place[i]] = pattern[i];
      else for (let bit = 0; bit < bits; bit++) x[place[i]] += W.get(place[i], place[bit]) * rates[bit];
    }
    return x;
  });
  const flow = simpleRnnFlow(W);
  // spelled out: a spread would call the flow's getters
  return Object.assign(Object.create(flow) as Flow, { W, root, fixedPoints, bitUnits: place.slice(0, bits) });
}

/**
 * The same flip-flop in rotated coordinates: F(x) = −x + w Q tanh(Qᵀ x), a flow of its own (tanh acts on the rotated
 * components), with the 3ⁿ fixed points Q{−s, 0, s}ⁿ.
 *
 * @param Q orthogonal, (n×n), n ≤ 10
 * @param weight w > 1
 * @throws RangeError if Q is not square and orthogonal to 1e-9, or the weight is not above 1
 */
export function rotatedFlipFlop(Q: Matrix, weight: number): SolvedFlow {
  const where = "rotatedFlipFlop";
  checkMatrix(where, "Q", Q);
  checkMatrix(where, "Q", Q, Q.rows, Q.rows);
  const size = Q.rows;
  checkBits(where, size, weight);
  const departure = Q.transpose().mmul(Q).sub(Matrix.eye(size)).norm();
  if (departure > 1e-9) reject(where, "Q", `is off orthogonality by ${departure}`, "QᵀQ = I");
  const rotation = Q.clone();
  const turn = (M: Matrix, x: Float64Array) => Float64Array.from(M.mmul(Matrix.columnVector(x)).to1DArray());
  const back = rotation.transpose();
  return {
    dimension: size,
    odd: true,
    boundedRates: true,
    velocity(x) {
      checkVector("velocity", "x", x, size);
      const pull = turn(
        rotation,
        turn(back, x).map((y) => weight * tanh(y)),
      );
      return pull.map((value, i) => value - x[i]);
    },
    jacobian(x) {
      checkVector("jacobian", "x", x, size);
      const slopes = turn(back, x).map((y) => weight * (1 - tanh(y)) * (1 + tanh(y)));
      return rotation.mmul(Matrix.diag(slopes)).mmul(back).sub(Matrix.eye(size));
    },
    lipschitzOfJacobian: () => (weight * 4) / (3 * Math.sqrt(3)), // ‖Q‖ = 1, max |tanh″| = 4/(3√3)
    fixedPoints: allPatterns(size, restingActivation(weight)).map((pattern) => turn(rotation, pattern)),
  };
}

/** s > 0 with s = w tanh s, by Newton's method from above, where it falls monotonically to the root. */
function restingActivation(weight: number): number {
  let s = weight;
  for (let k = 0; k < 100; k++) {
    const r = tanh(s);
    const next = s - (s - weight * r) / (1 - weight * (1 - r) * (1 + r));
    if (!(next < s)) break;
    s = next;
  }
  return s;
}

/** All of {−s, 0, s}ⁿ. */
function allPatterns(bits: number, s: number): Float64Array[] {
  let patterns: number[][] = [[]];
  for (let bit = 0; bit < bits; bit++) patterns = patterns.flatMap((p) => [-s, 0, s].map((value) => [...p, value]));
  return patterns.map((pattern) => Float64Array.from(pattern));
}

function checkBits(where: string, bits: number, weight: number): void {
  checkCount(where, "bits", bits, 1, mostBits);
  if (bits > 10) reject(where, "bits", bits, "at most 10, as 3^bits fixed points are listed");
  checkNumber(where, "weight", weight);
  if (weight <= 1) reject(where, "weight", weight, "above 1, where a bit is bistable");
}
