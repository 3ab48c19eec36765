import { eigenvaluesOf } from "../numerics/eigen";
import { norm } from "../numerics/vector";
import { type Bifurcation, type Bracket, locateZero, middleOf, widthOf } from "./bifurcation";
import { type Piece, type Survey, windowOver } from "./branch-trace";
import { jacobianInto } from "./flow";
import type { TaskPool } from "./search-work";
import type { Foot } from "./solution-curve";
import type { ComplexArray } from "./stability";

/** Eigenvalues at a point of a branch, and how many are unstable. */
export interface Spectrum extends ComplexArray {
  readonly unstableCount: number;
}

/**
 * Counts the unstable modes along every piece, from eigenvalues at a few points. Between two events the sign of det J does not
 * change, so a change of the count is one by two: a Hopf bifurcation, which is then located.
 */
export async function countModes(survey: Survey): Promise<void> {
  if (survey.settings.pool) await sampleInPool(survey, survey.settings.pool);
  for (const piece of survey.pieces) {
    for (const section of sectionsOf(piece)) {
      countSection(survey, piece, section);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}

/** The feet of a piece between the singular ones. */
function sectionsOf(piece: Piece): Foot[][] {
  const sections: Foot[][] = [[]];
  for (const foot of piece.feet) {
    if (piece.singular.has(foot)) sections.push([]);
    else sections[sections.length - 1].push(foot);
  }
  return sections.filter((section) => section.length > 0);
}

/** Where eigenvalues are asked for before anything is known: places in the section. */
function samplesOf({ knots, settings }: Survey, section: readonly Foot[]): number[] {
  return section.flatMap((foot, i) => {
    const knot = knots.indexOf(foot.parameter);
    const isSampled = i === 0 || i === section.length - 1 || (knot >= 0 && knot % settings.eigenvaluesEvery === 0);
    return isSampled ? [i] : [];
  });
}

/** The samples of all pieces, by the workers of a pool: each is handed one Jacobian after the other, in memory they share. */
async function sampleInPool(survey: Survey, pool: TaskPool): Promise<void> {
  const jobs = survey.pieces.flatMap((piece) =>
    sectionsOf(piece).flatMap((section) => samplesOf(survey, section).map((i) => ({ piece, foot: section[i] }))),
  );
  let next = 0;
  const lane = async (): Promise<void> => {
    const size = survey.family.flowAt(survey.knots[0]).dimension;
    const J = new Float64Array(new SharedArrayBuffer(8 * size * size));
    while (next < jobs.length) {
      const { piece, foot } = jobs[next++];
      jacobianInto(survey.family.flowAt(foot.parameter), foot.x, J);
      piece.spectra.set(foot, await pool.run<Spectrum>("eigenvalues", { J, size }));
    }
  };
  await Promise.all(Array.from({ length: pool.threads }, lane));
}

function countSection(survey: Survey, piece: Piece, section: readonly Foot[]): void {
  const { family } = survey;
  const spectrum = (foot: Foot): Spectrum => {
    const known = piece.spectra.get(foot) as Spectrum | undefined;
    if (known) return known;
    const flow = family.flowAt(foot.parameter);
    const J = new Float64Array(flow.dimension * flow.dimension);
    jacobianInto(flow, foot.x, J);
    const made = spectrumOf(J, flow.dimension);
    piece.spectra.set(foot, made);
    return made;
  };
  const samples = samplesOf(survey, section);
  for (const i of samples) piece.counts.set(section[i], spectrum(section[i]).unstableCount);
  const fill = (i: number, j: number): void => {
    const [m, n] = [spectrum(section[i]).unstableCount, spectrum(section[j]).unstableCount];
    piece.counts.set(section[i], m);
    piece.counts.set(section[j], n);
    if (m === n) for (let k = i + 1; k < j; k++) piece.counts.set(section[k], m);
    else if (j - i > 1) {
      const middle = (i + j) >> 1;
      fill(i, middle);
      fill(middle, j);
    } else changeBetween(survey, piece, section[i], section[j], [m, n]);
  };
  for (let s = 1; s < samples.length; s++) fill(samples[s - 1], samples[s]);
}

/** Eigenvalues of a Jacobian, (N·N), and how many of them have a positive real part. */
export function spectrumOf(J: Float64Array, size: number): Spectrum {
  const { re, im } = eigenvaluesOf(J, size);
  const zero = 1e-12 * norm(J);
  return { re, im, unstableCount: re.filter((value) => value > zero).length };
}

/** Locates the change of the number of unstable modes between two neighbouring feet. */
function changeBetween(survey: Survey, piece: Piece, a: Foot, b: Foot, counts: readonly [number, number]): void {
  const { knots, settings } = survey;
  const middle = a.parameter + (b.parameter - a.parameter) / 2;
  const above = Math.max(
    1,
    knots.findIndex((knot) => knot >= middle),
  );
  const window = windowOver(survey, [knots[above - 1], knots[above]], a.x);
  try {
    const rank = Math.min(...counts); // real parts fall with rank, and the one of this rank changes its sign
    const at = (foot: Foot) => spectrumOf(window.jacobian(foot), window.size);
    const ends: [number, number] = [at(a).re[rank], at(b).re[rank]];
    const bracket = locateZero(window, { before: a, after: b }, ends, (s) => at(s).re[rank], settings.tolerance);
    const event = hopfAt(at(middleOf(bracket)), bracket, rank, counts, piece.heading);
    survey.events.push(event);
    piece.touches.add(event);
  } finally {
    window.release();
  }
}

function hopfAt(
  { re, im }: Spectrum,
  bracket: Bracket,
  rank: number,
  counts: readonly [number, number],
  heading: 1 | -1,
): Bifurcation {
  const many = Math.abs(counts[1] - counts[0]);
  const ranks = Array.from({ length: many }, (_, k) => rank + k);
  const isPair = many === 2 && im[rank] !== 0 && im[rank] === -im[rank + 1];
  const foot = middleOf(bracket);
  return {
    kind: isPair ? "Hopf" : many > 1 ? "multiple" : "unresolved",
    change: (counts[1] - counts[0]) * heading > 0 ? "loss" : "gain",
    parameter: foot.parameter,
    width: widthOf(bracket),
    x: foot.x,
    eigenvalues: { re: Float64Array.from(ranks, (k) => re[k]), im: Float64Array.from(ranks, (k) => im[k]) },
  };
}
