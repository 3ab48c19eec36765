import type { Study } from "./study";

/** All studies that `npm run replicate` knows, in the order in which it runs them. */
export const studies: readonly Study<unknown>[] = Object.freeze([]);
