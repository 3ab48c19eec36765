import { Matrix } from "ml-matrix";
import { readoutByRecursion, readoutByRidge } from "rnn-dynamics/dist/network/force";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

const rng = createRng("recursive readout");
const random = (rows: number, columns: number) =>
  new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));

describe("recursive least squares", () => {
  const rates = random(60, 12);
  const targets = random(60, 3);

  it("is ridge regression with penalty α [J15 eqs. 27, 28]", () => {
    for (const alpha of [0.1, 1, 10]) {
      // both solve a system of condition about 100 or less: 1e-10 leaves room
      assertClose(readoutByRecursion(rates, targets, alpha), readoutByRidge(rates, targets, alpha), 1e-10);
    }
  });

  it("does not depend on the order of the samples", () => {
    const order = Array.from(rng.permutation(rates.rows));
    const shuffled = (m: Matrix) => new Matrix(order.map((t) => m.getRow(t)));
    assertClose(
      readoutByRecursion(shuffled(rates), shuffled(targets), 1),
      readoutByRecursion(rates, targets, 1),
      1e-10,
    );
  });

  it("refuses rates and targets that do not fit", () => {
    assertRejects(
      () => readoutByRecursion(rates, random(59, 3), 1),
      "readoutByRecursion: targets is 59×3, expected 60×any",
    );
  });
});
