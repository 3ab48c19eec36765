/**
 * Where a sampled function of the plane is zero, as polylines: marching squares, with one liberty. Where both diagonals
 * of a cell change sign, opposite edges are joined, so that two nullclines cross in an X instead of avoiding each other.
 */

/** Corners of a polyline. */
export interface Polyline {
  readonly x: number[];
  readonly y: number[];
}

/** An edge of the grid that a zero line crosses, and where. */
interface Crossing {
  readonly x: number;
  readonly y: number;
  readonly neighbours: Crossing[];
}

/**
 * The zero lines of z over a grid.
 *
 * @param x positions of the columns, ascending, (K)
 * @param y positions of the rows, ascending, (M)
 * @param z values, M rows of K; a sample that is exactly zero counts as positive
 * @returns polylines that start and end at the border, or close on themselves
 */
export function zeroLines(x: Float64Array, y: Float64Array, z: readonly Float64Array[]): Polyline[] {
  const crossings = new Map<string, Crossing>();
  const isUp = (i: number, j: number) => z[i][j] >= 0;
  /** The crossing of the edge from sample (i, j) to sample (k, l), or nothing if the sign is the same at both. */
  const crossing = (i: number, j: number, k: number, l: number): Crossing | undefined => {
    if (isUp(i, j) === isUp(k, l)) return undefined;
    const key = `${i},${j},${k},${l}`;
    let found = crossings.get(key);
    if (!found) {
      const t = z[i][j] / (z[i][j] - z[k][l]);
      found = { x: x[j] + t * (x[l] - x[j]), y: y[i] + t * (y[k] - y[i]), neighbours: [] };
      crossings.set(key, found);
    }
    return found;
  };
  for (let i = 0; i + 1 < y.length; i++) {
    for (let j = 0; j + 1 < x.length; j++) {
      const bottom = crossing(i, j, i, j + 1);
      const top = crossing(i + 1, j, i + 1, j + 1);
      const left = crossing(i, j, i + 1, j);
      const right = crossing(i, j + 1, i + 1, j + 1);
      if (bottom && top && left && right) {
        join(bottom, top);
        join(left, right);
      } else {
        const [a, b] = [bottom, top, left, right].filter((edge) => edge !== undefined);
        if (a && b) join(a, b);
      }
    }
  }
  return chained([...crossings.values()]);
}

function join(a: Crossing, b: Crossing): void {
  a.neighbours.push(b);
  b.neighbours.push(a);
}

/** Follows the joined crossings: open lines first, from their ends, then the closed ones. */
function chained(crossings: readonly Crossing[]): Polyline[] {
  const isDone = new Set<Crossing>();
  const lines: Polyline[] = [];
  const ends = crossings.filter((c) => c.neighbours.length === 1);
  for (const start of [...ends, ...crossings.filter((c) => c.neighbours.length > 1)]) {
    if (isDone.has(start)) continue;
    const line: Polyline = { x: [], y: [] };
    let at: Crossing | undefined = start;
    while (at) {
      isDone.add(at);
      line.x.push(at.x);
      line.y.push(at.y);
      at = at.neighbours.find((next) => !isDone.has(next));
    }
    if (start.neighbours.length > 1) {
      line.x.push(start.x);
      line.y.push(start.y);
    }
    lines.push(line);
  }
  return lines;
}
