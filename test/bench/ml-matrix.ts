/** The time loops as one writes them with ml-matrix: a new matrix for every result. */
import { Matrix } from "ml-matrix";
import type { EchoState } from "rnn-dynamics/dist/network/echo-state";
import type { Task } from "rnn-dynamics/dist/network/tasks";
import { tanh } from "rnn-dynamics/dist/wasm/elementary";
import { toRowMajor } from "rnn-dynamics/dist/wasm/vector";
import { timed } from "./measure";
import type { StepSide } from "./step-sides";

const column = (values: ArrayLike<number>): Matrix => Matrix.columnVector(Array.from(values));

const rates = (x: Matrix): Matrix => column(Array.from({ length: x.rows }, (_, i) => tanh(x.get(i, 0))));

/** x after one step, with z = Wo r from before it. */
function step(net: EchoState, x: Matrix, r: Matrix, z: Matrix, u: readonly number[]): Matrix {
  const F = net.Wr.mmul(r)
    .add(net.Wfb.mmul(z))
    .add(net.B.mmul(column(u)))
    .sub(x);
  return Matrix.add(x, F.div(net.tau));
}

/** FORCE in ml-matrix. */
export function forceInMlMatrix(
  net: EchoState,
  { input, target }: Task,
  { x0, alpha, trainEvery }: { x0: Float64Array; alpha: number; trainEvery: number },
): StepSide {
  let x = column(x0);
  let P = Matrix.eye(net.units).div(alpha);
  let Wo = net.Wo.clone();
  let t = 0;
  const advance = (): void => {
    const r = rates(x);
    const z = Wo.mmul(r);
    x = step(net, x, r, z, input.getRow(t));
    if ((t + 1) % trainEvery === 0) {
      const k = P.mmul(r);
      const c = 1 / (1 + r.dot(k));
      P = Matrix.sub(P, k.mmul(k.transpose()).mul(c));
      const error = Matrix.sub(z, column(target.getRow(t)));
      Wo = Matrix.sub(Wo, error.mmul(k.transpose()).mul(c));
    }
    t++;
  };
  return {
    name: "ml-matrix",
    advance: (steps) => timed(() => repeat(steps, advance)),
    result: () => toRowMajor(Wo),
  };
}

/** Simulation in ml-matrix. */
export function simulationInMlMatrix(net: EchoState, input: Matrix, x0: Float64Array): StepSide {
  let x = column(x0);
  let t = 0;
  const advance = (): void => {
    const r = rates(x);
    x = step(net, x, r, net.Wo.mmul(r), input.getRow(t++));
  };
  return {
    name: "ml-matrix",
    advance: (steps) => timed(() => repeat(steps, advance)),
    result: () => toRowMajor(x),
  };
}

function repeat(times: number, work: () => void): void {
  for (let i = 0; i < times; i++) work();
}
