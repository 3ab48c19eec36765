import type { Study } from "./study";
import { searchLogisticStudy, searchPaperStudy, searchTanhStudy } from "./study-search";

/** All studies that `npm run replicate` knows, in the order in which it runs them. */
export const studies: readonly Study<unknown>[] = Object.freeze([
  searchLogisticStudy,
  searchTanhStudy,
  searchPaperStudy,
]);
