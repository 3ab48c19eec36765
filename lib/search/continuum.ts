import { distance } from "../wasm/vector";
import type { Minimum } from "./minimize";

/** Whether more places lie between two, as far as it has been looked at. */
export type Between = Map<Minimum, Map<Minimum, boolean>>;

/** Most places from which a continuum is looked for. */
const mostProbed = 6;

/** Where between two places is looked. */
const parts = [0.382, 0.618] as const;

/** Places are apart when their distance is more than this part of the gap. */
const apart = 0.1;

/**
 * Places on a line, a circle or a sheet of fixed points, as far as one can see: of three or more that are undecided,
 * neighbours with two more between them.
 *
 * A search from two states on the way from a place to its nearest neighbour must end at rest on that way, at two further
 * places. One state half way could meet an isolated point by chance, two at odd parts do not meet two.
 *
 * @param places that are undecided, each as slow as a fixed point
 * @param probe searches from a state
 * @param isOpen whether what a search ended at is undecided, too
 * @param between what was looked at before, which is not done again; added to
 * @returns indices into the places, ascending
 */
export async function continuumAmong(
  places: readonly Minimum[],
  probe: (x: Float64Array) => Promise<Minimum>,
  isOpen: (end: Minimum) => Promise<boolean>,
  between: Between,
): Promise<number[]> {
  if (places.length < 3) return [];
  const found = new Set<number>();
  for (const [i, place] of places.slice(0, mostProbed).entries()) {
    const away = (k: number): number => (k === i ? Number.POSITIVE_INFINITY : distance(place.x, places[k].x));
    const next = places.reduce((nearest, _, k) => (away(k) < away(nearest) ? k : nearest), i === 0 ? 1 : 0);
    const seen = between.get(place) ?? new Map<Minimum, boolean>();
    between.set(place, seen);
    const isOn = seen.get(places[next]) ?? (await hasMoreBetween(place.x, places[next].x, probe, isOpen));
    seen.set(places[next], isOn);
    if (isOn) found.add(i).add(next);
  }
  return [...found].sort((i, j) => i - j);
}

async function hasMoreBetween(
  a: Float64Array,
  b: Float64Array,
  probe: (x: Float64Array) => Promise<Minimum>,
  isOpen: (end: Minimum) => Promise<boolean>,
): Promise<boolean> {
  const gap = distance(a, b);
  const isApart = (x: Float64Array, y: Float64Array): boolean => distance(x, y) >= apart * gap;
  const ends: Float64Array[] = [];
  for (const part of parts) {
    const end = await probe(a.map((value, k) => value + part * (b[k] - value)));
    const isOnTheWay = [a, b].every((x) => isApart(x, end.x) && distance(x, end.x) <= gap);
    if (!isOnTheWay || !(await isOpen(end))) return false;
    ends.push(end.x);
  }
  return isApart(ends[0], ends[1]);
}
