/** The graph of passages between attractors. */

import { checkFlowArgument, type Flow } from "../flow/flow";
import {
  checkList,
  checkRecord,
  checkVector,
  type LongCall,
  longCallDefaults,
  reject,
  withDefaults,
} from "../wasm/check";
import { findDefaults } from "./find";
import { isSamePlace } from "./points";
import {
  type Branch,
  type BranchOptions,
  branchesAlong,
  checkedBranch,
  type KnownSpectrum,
  type UnstableDirection,
  unstableDirection,
} from "./saddles";
import { mirrorOf } from "./starts";

/** An edge of the transition graph: a saddle, and what lies at the end of its two branches. */
export interface Transition<Name> {
  readonly saddle: Float64Array;
  /** End of the branch along −v. */
  readonly from: Name;
  /** End of the branch along +v. */
  readonly to: Name;
  /** Both branches came to rest within the steps allowed; if not, `from` or `to` names a state on the way. */
  readonly isAtRest: boolean;
  /** Steps of the two branches. */
  readonly steps: readonly [number, number];
  /** v, λ and the left eigenvector w. */
  readonly unstable: UnstableDirection;
}

/**
 * The transition graph of a flow: nodes are what `read` makes of the ends, edges are index-1 saddles.
 *
 * Attractors among the points end the branches that come near them. In an odd flow the mirror image of a saddle that has been
 * followed is not followed again.
 *
 * @param flow a vector field
 * @param points fixed points with their number of unstable modes; edges are those with exactly one
 * @param read names a state at the end of a branch (the memory it stands for)
 * @param options those of `unstableManifold`, label and onProgress
 * @returns one transition per index-1 saddle, in the order given; none for a saddle whose unstable direction cannot be told
 * @throws RangeError if an argument is out of place, or a point comes without its number of unstable modes
 */
export async function transitionGraph<Name>(
  flow: Flow,
  points: readonly (KnownSpectrum & { readonly xStar: Float64Array })[],
  read: (end: Float64Array) => Name,
  options: Partial<BranchOptions & LongCall> = {},
): Promise<Transition<Name>[]> {
  const where = "transitionGraph";
  checkFlowArgument(where, flow);
  checkList(where, "points", points, 0, ["xStar"]);
  if (typeof read !== "function") reject(where, "read", read, "a function that names a state");
  checkRecord(where, "options", options);
  const { label, onProgress: heard, ...branch } = options;
  const { onProgress } = withDefaults(where, { label, onProgress: heard }, longCallDefaults);
  for (const [i, { unstableCount = -1 }] of points.entries()) {
    if (unstableCount < 0) {
      reject(where, `points[${i}].unstableCount`, unstableCount, "a number of unstable modes: search with spectra");
    }
  }
  const attractors = points.filter((p) => p.unstableCount === 0).map((p) => p.xStar);
  const settings = checkedBranch(where, flow, { attractors, ...branch });
  for (const [i, { xStar }] of points.entries()) checkVector(where, `points[${i}].xStar`, xStar, flow.dimension);
  const saddles = points.filter((p) => p.unstableCount === 1);
  const followed: Followed[] = [];
  for (const [i, point] of saddles.entries()) {
    const image = flow.odd
      ? followed.find(({ saddle }) => isSamePlace(saddle, mirrorOf(point.xStar), samePlace, 0))
      : undefined;
    const made = image ? mirrored(image, point.xStar) : followSaddle(flow, point, settings);
    if (made) followed.push(made);
    onProgress(i + 1, saddles.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return followed.map(({ saddle, unstable, branches: [from, to] }) => ({
    saddle: saddle.slice(),
    from: read(from.end),
    to: read(to.end),
    isAtRest: from.isAtRest && to.isAtRest,
    steps: [from.steps, to.steps],
    unstable,
  }));
}

interface Followed {
  readonly saddle: Float64Array;
  readonly unstable: UnstableDirection;
  readonly branches: readonly Branch[];
}

function followSaddle(
  flow: Flow,
  point: KnownSpectrum & { readonly xStar: Float64Array },
  settings: BranchOptions,
): Followed | undefined {
  const unstable = unstableDirection(flow, point.xStar, point);
  if (!unstable) return undefined;
  const branches = branchesAlong(flow, point.xStar, unstable.direction, settings);
  return { saddle: point.xStar, unstable, branches };
}

/** Distance, in parts of ‖x‖, at which two points are each other's mirror image. */
const samePlace = findDefaults.mergeTolerance;

/** What −x* does: v and w are the same, and each branch is the mirror image of the other one's. */
function mirrored({ unstable, branches: [from, to] }: Followed, saddle: Float64Array): Followed {
  const image = (branch: Branch): Branch => ({ ...branch, end: mirrorOf(branch.end), attractor: -1 });
  return { saddle, unstable, branches: [image(to), image(from)] };
}
