import { strict as assert } from "node:assert";

/** What can be compared number by number: a number, an array, or a matrix. */
type Numbers = number | ArrayLike<number> | { to1DArray(): number[] };

function flatten(values: Numbers): ArrayLike<number> {
  if (typeof values === "number") return [values];
  return "to1DArray" in values ? values.to1DArray() : values;
}

/**
 * Fails unless |actual − expected| ≤ relTol · |expected| + floor for every entry; a NaN always fails.
 *
 * The default floor is relTol: near zero the tolerance becomes absolute, in the unit of the numbers.
 */
export function assertClose(actual: Numbers, expected: Numbers, relTol: number, floor = relTol): void {
  const [a, e] = [flatten(actual), flatten(expected)];
  assert.equal(a.length, e.length, `length ${a.length}, expected ${e.length}`);
  for (let i = 0; i < a.length; i++) {
    if (a[i] === e[i]) continue;
    const allowed = relTol * Math.abs(e[i]) + floor;
    const isClose = Math.abs(a[i] - e[i]) <= allowed;
    assert.ok(isClose, `component ${i}: got ${a[i]}, expected ${e[i]} ± ${allowed}`);
  }
}

/** Fails unless `run` throws a RangeError with exactly this message, or one that matches. */
export function assertRejects(run: () => unknown, message: string | RegExp): void {
  assert.throws(run, { name: "RangeError", message });
}

/** The same for a promise. */
export async function assertRejectsLater(run: () => Promise<unknown>, message: string | RegExp): Promise<void> {
  await assert.rejects(run, { name: "RangeError", message });
}
