import { dot } from "../wasm/vector";

/** The part of a vector outside what an orthonormal basis spans: Gram–Schmidt, twice, for once leaves rounding behind. */
export function outsideOf(basis: readonly Float64Array[], vector: Float64Array): Float64Array {
  const v = vector.slice();
  for (const _pass of [1, 2]) {
    for (const b of basis) {
      const overlap = dot(b, v);
      for (let i = 0; i < v.length; i++) v[i] -= overlap * b[i];
    }
  }
  return v;
}
