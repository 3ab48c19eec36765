import { strict as assert } from "node:assert";
import { Matrix } from "ml-matrix";
import { singularValuesOf } from "rnn-dynamics/dist/numbers/principal-components";
import { createRng } from "rnn-dynamics/dist/numbers/random";
import { assertClose, assertRejects } from "../helpers/assertions";

describe("singular values", () => {
  it("of a diagonal matrix are the sizes of its entries, sorted, whatever its shape", () => {
    const A = Matrix.zeros(4, 3);
    A.set(0, 0, 2);
    A.set(1, 1, -5);
    A.set(2, 2, 3);
    // only rounding
    assertClose(singularValuesOf(A), [5, 3, 2], 1e-14);
    assertClose(singularValuesOf(A.transpose()), [5, 3, 2], 1e-14);
  });

  it("their squares sum to the squared Frobenius norm, and a product of thin factors has few of them", () => {
    const rng = createRng("singular values");
    const random = (rows: number, columns: number) =>
      new Matrix(Array.from({ length: rows }, () => Array.from({ length: columns }, () => rng.normal())));
    const A = random(20, 3).mmul(random(3, 20));
    const values = singularValuesOf(A);
    const squares = values.reduce((sum, v) => sum + v * v, 0);
    assertClose(
      squares,
      A.to1DArray().reduce((sum, v) => sum + v * v, 0),
      1e-12,
    );
    assert.equal(values.filter((v) => v > 1e-12 * values[0]).length, 3);
  });

  it("refuses what is no matrix of numbers", () => {
    assertRejects(
      () => singularValuesOf(new Matrix([[Number.NaN]])),
      "singularValuesOf: A has NaN at row 0, column 0, expected finite numbers",
    );
  });
});
