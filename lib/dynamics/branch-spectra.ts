import { eigenvaluesOf } from "../numerics/eigen";
import { norm } from "../numerics/vector";
import { type Bifurcation, type Bracket, locateZero, middleOf, widthOf } from "./bifurcation";
import type { Piece, Survey } from "./branch-trace";
import { type Course, type Heading, windowOver } from "./curve-leg";
import { jacobianInto } from "./flow";
import type { Foot } from "./solution-curve";
import type { ComplexArray } from "./stability";

/** Eigenvalues at a point of a branch, and how many are unstable. */
export interface Spectrum extends ComplexArray {
  readonly unstableCount: number;
}

/** Two neighbouring feet between which the number of unstable modes changes, and the way from one to the other. */
export interface ModeChange {
  readonly a: Foot;
  readonly b: Foot;
  readonly counts: readonly [number, number];
  readonly heading: Heading;
}

/**
 * Counts the unstable modes along every piece, from eigenvalues at a few points. Between two events the sign of det J does not
 * change, so a change of the count is one by two: a Hopf bifurcation, which is then located. Sections are worked on side by
 * side as far as there are lanes; events are in the order of the sections, whoever was ready first.
 */
export async function countModes(survey: Survey): Promise<void> {
  const sections = survey.pieces.flatMap((piece) => sectionsOf(piece).map((feet) => ({ piece, feet })));
  const total = survey.done + sections.length;
  const found = await survey.work.each(sections, async ({ piece, feet }) => {
    const events = await countSection(survey, piece, feet);
    survey.settings.onProgress(++survey.done, total);
    return events;
  });
  for (const [s, events] of found.entries()) {
    for (const event of events) {
      survey.events.push(event);
      sections[s].piece.touches.add(event);
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

/** Fills in the counts of a section; returns the events met. */
async function countSection(survey: Survey, piece: Piece, section: readonly Foot[]): Promise<Bifurcation[]> {
  const { work } = survey;
  const spectrum = async (i: number): Promise<Spectrum> => {
    const known = piece.spectra.get(section[i]) as Spectrum | undefined;
    const made = known ?? (await work.spectrum(section[i]));
    piece.spectra.set(section[i], made);
    piece.counts.set(section[i], made.unstableCount);
    return made;
  };
  const samples = samplesOf(survey, section);
  await work.each(samples, spectrum);
  const fill = async (i: number, j: number): Promise<Bifurcation[]> => {
    const [m, n] = [(await spectrum(i)).unstableCount, (await spectrum(j)).unstableCount];
    if (m === n) {
      for (let k = i + 1; k < j; k++) piece.counts.set(section[k], m);
      return [];
    }
    if (j - i === 1) {
      return [await work.change({ a: section[i], b: section[j], counts: [m, n], heading: piece.heading })];
    }
    const middle = (i + j) >> 1;
    return [...(await fill(i, middle)), ...(await fill(middle, j))];
  };
  const events = await work.each(samples.slice(1), (j, s) => fill(samples[s], j));
  return events.flat();
}

/** Eigenvalues at a foot. */
export function spectrumAt({ family }: Course, { parameter, x }: Foot): Spectrum {
  const flow = family.flowAt(parameter);
  const J = new Float64Array(flow.dimension * flow.dimension);
  jacobianInto(flow, x, J);
  return spectrumOf(J, flow.dimension);
}

/** Eigenvalues of a Jacobian, (N·N), and how many of them have a positive real part. */
function spectrumOf(J: Float64Array, size: number): Spectrum {
  const { re, im } = eigenvaluesOf(J, size);
  const zero = 1e-12 * norm(J);
  return { re, im, unstableCount: re.filter((value) => value > zero).length };
}

/** Locates the change of the number of unstable modes between two neighbouring feet. */
export function changeBetween(course: Course, { a, b, counts, heading }: ModeChange): Bifurcation {
  const { knots, limits } = course;
  const middle = a.parameter + (b.parameter - a.parameter) / 2;
  const above = Math.max(
    1,
    knots.findIndex((knot) => knot >= middle),
  );
  const window = windowOver(course, [knots[above - 1], knots[above]], a.x);
  try {
    const rank = Math.min(...counts); // real parts fall with rank, and the one of this rank changes its sign
    const at = (foot: Foot) => spectrumOf(window.jacobian(foot), window.size);
    const ends: [number, number] = [at(a).re[rank], at(b).re[rank]];
    const bracket = locateZero(window, { before: a, after: b }, ends, (s) => at(s).re[rank], limits.tolerance);
    return hopfAt(at(middleOf(bracket)), bracket, rank, counts, heading);
  } finally {
    window.release();
  }
}

function hopfAt(
  { re, im }: Spectrum,
  bracket: Bracket,
  rank: number,
  counts: readonly [number, number],
  heading: Heading,
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
