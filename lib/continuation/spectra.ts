import { jacobianInto } from "../flow/flow";
import {
  type Bifurcation,
  type Bracket,
  branchPointAt,
  locateZero,
  middleOf,
  type Spectrum,
  spectrumOf,
  type Unfolding,
  widthOf,
} from "./bifurcation";
import { type CurveWindow, type Foot, hidesZeros, standBetween } from "./curve";
import { type Course, type Heading, windowOver } from "./leg";
import { noted, type Piece, type Survey } from "./trace";

/** Two neighbouring feet, what is known of their eigenvalues, and the way from one to the other. */
export interface ModeChange {
  readonly a: Foot;
  readonly b: Foot;
  readonly heading: Heading;
  /** b lies at an event, just before which the number of unstable modes is one of these: look as far as there. */
  readonly expected?: readonly number[];
}

/** Feet between two singular ones, and the events at those. */
interface Section {
  readonly piece: Piece;
  readonly feet: readonly Foot[];
  readonly before?: Foot;
  readonly after?: Foot;
}

/** What was found between two neighbouring feet of a piece. */
interface Found {
  readonly piece: Piece;
  readonly next: Foot;
  readonly changes: readonly Unfolding[];
}

/**
 * Counts the unstable modes along every piece, from eigenvalues at a few points, and looks where the counts do not fit what
 * is known: between two events a count stays, and at an event it changes by the modes that cross there. A count cannot cancel
 * as the sign of a determinant does, so two branch points in one interval are seen here, and Hopf bifurcations. Two that undo
 * each other are looked for in the middle between two samples, and nearer where a parabola through the real parts next to
 * zero tells. Sections are worked on side by side as far as there are lanes; events are in the order of the sections.
 *
 * @returns whether there is something new to follow, or to count
 */
export async function countModes(survey: Survey): Promise<boolean> {
  const sections = survey.pieces.flatMap(sectionsOf);
  const total = survey.done + sections.length;
  const found = await survey.work.each(sections, async (section) => {
    const places = await countSection(survey, section);
    survey.settings.onProgress(++survey.done, total);
    return places;
  });
  let isNew = false;
  for (const { piece, next, changes } of found.flat()) {
    for (const change of changes) {
      const event = noted(survey, change);
      const isKnown = piece.touches.has(event);
      piece.touches.add(event);
      if (event.kind === "Hopf" || isKnown) continue;
      const foot: Foot = { parameter: event.parameter, x: event.x };
      piece.feet.splice(piece.feet.indexOf(next), 0, foot);
      piece.singular.set(foot, event);
      isNew = true;
    }
  }
  return isNew;
}

/** The feet of a piece between the singular ones, as far as they are not settled. */
function sectionsOf(piece: Piece): Section[] {
  const sections: { piece: Piece; feet: Foot[]; before?: Foot; after?: Foot }[] = [{ piece, feet: [] }];
  for (const foot of piece.feet) {
    const last = sections[sections.length - 1];
    if (piece.singular.has(foot)) {
      last.after = foot;
      sections.push({ piece, feet: [], before: foot });
    } else last.feet.push(foot);
  }
  return sections.filter(({ feet }) => feet.length > 0 && !feet.every((foot) => piece.settled.has(foot)));
}

/** Where eigenvalues are asked for before anything is known: places in the section. */
function samplesOf({ knots, settings }: Survey, section: readonly Foot[]): number[] {
  return section.flatMap((foot, i) => {
    const knot = knots.indexOf(foot.parameter);
    const isSampled = i === 0 || i === section.length - 1 || (knot >= 0 && knot % settings.eigenvaluesEvery === 0);
    return isSampled ? [i] : [];
  });
}

/** Fills in the counts of a section; returns what was met, in order. */
async function countSection(survey: Survey, section: Section): Promise<Found[]> {
  const { work } = survey;
  const { piece, feet, before, after } = section;
  const { heading } = piece;
  const spectrum = async (i: number): Promise<Spectrum> => {
    const made = piece.spectra.get(feet[i]) ?? (await work.spectrum(feet[i]));
    piece.spectra.set(feet[i], made);
    piece.counts.set(feet[i], made.unstableCount);
    return made;
  };
  const samples = samplesOf(survey, feet);
  await work.each(samples, spectrum);
  const fill = async (i: number, j: number): Promise<Found[]> => {
    const [a, b] = [feet[i], feet[j]];
    if (j - i === 1) {
      return [{ piece, next: b, changes: piece.settled.has(a) ? [] : await work.changes({ a, b, heading }) }];
    }
    const middle = (i + j) >> 1;
    const seen = [await spectrum(i), await spectrum(middle), await spectrum(j)];
    if (mayCross(seen)) return [...(await fill(i, middle)), ...(await fill(middle, j))];
    for (let k = i + 1; k < j; k++) piece.counts.set(feet[k], seen[0].unstableCount);
    return [];
  };
  const found = (await work.each(samples.slice(1), (j, s) => fill(samples[s], j))).flat();
  const [first, last] = [feet[0], feet[feet.length - 1]];
  const beside = async (foot: Foot, event: Foot, way: Heading): Promise<readonly Unfolding[]> => {
    const expected = countsBeside(piece.singular.get(event) as Bifurcation);
    const isKnown = expected.length === 0 || expected.includes(piece.counts.get(foot) as number);
    return isKnown ? [] : work.changes({ a: foot, b: event, heading: way, expected });
  };
  if (before) {
    const changes = (await beside(first, before, heading > 0 ? -1 : 1)).slice().reverse();
    found.unshift({ piece, next: first, changes });
  }
  if (after) found.push({ piece, next: after, changes: await beside(last, after, heading) });
  for (const foot of feet) piece.settled.add(foot);
  return found;
}

/** Numbers of unstable modes that there may be beside an event; none if that is not known. */
function countsBeside({ growing, eigenvalues }: Bifurcation): number[] {
  return growing === undefined ? [] : Array.from({ length: eigenvalues.re.length + 1 }, (_, k) => growing + k);
}

/** Whether, by the spectra at the ends and in the middle of a stretch, a mode crosses on the way, or two that undo each other. */
function mayCross(spectra: readonly Spectrum[]): boolean {
  const [{ unstableCount: count, re }] = spectra;
  if (spectra.some(({ unstableCount }) => unstableCount !== count)) return true;
  return [count - 1, count].some((rank) => rank >= 0 && rank < re.length && hidesZeros(spectra.map((s) => s.re[rank])));
}

/** Eigenvalues at a foot. */
export function spectrumAt({ family }: Course, { parameter, x }: Foot): Spectrum {
  const flow = family.flowAt(parameter);
  const J = new Float64Array(flow.dimension * flow.dimension);
  jacobianInto(flow, x, J);
  return spectrumOf(J, flow.dimension);
}

/** A foot and its eigenvalues. */
interface Seen {
  readonly foot: Foot;
  readonly spectrum: Spectrum;
}

/** Halvings of the way between two feet, where the middle does not fit. */
const mostHalvings = 12;
/** How near to an event one looks for another one, in parts of the way to it: the first place that fits the event. */
const justBefore = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/**
 * What happens between two neighbouring feet of a curve, by the eigenvalues at both and in the middle: Hopf bifurcations and
 * branch points, each located where its real part is zero, in the order of the way from a to b.
 */
export function changesBetween(course: Course, { a, b, heading, expected }: ModeChange): Unfolding[] {
  const { knots } = course;
  const middle = a.parameter + (b.parameter - a.parameter) / 2;
  const above = Math.max(
    1,
    knots.findIndex((knot) => knot >= middle),
  );
  const window = windowOver(course, [knots[above - 1], knots[above]]);
  const seen = (foot: Foot): Seen => ({ foot, spectrum: spectrumOf(window.jacobian(foot), window.size) });
  const beforeEvent = (counts: readonly number[]): Seen | undefined => {
    for (const share of justBefore) {
      const foot = standBetween(window, a, b, 1 - share);
      const place = foot && seen(foot);
      if (place && counts.includes(place.spectrum.unstableCount)) return place;
    }
    return undefined;
  };
  const between = (from: Seen, to: Seen, halvings: number): Unfolding[] => {
    const foot = standBetween(window, from.foot, to.foot, 0.5);
    if (!foot) return crossingsBetween(window, from, to, heading, course.limits.tolerance);
    const half = seen(foot);
    if (!mayCross([from.spectrum, half.spectrum, to.spectrum])) return [];
    const counts = [from, half, to].map(({ spectrum }) => spectrum.unstableCount);
    const isSame = counts[0] === counts[1] && counts[1] === counts[2];
    return [[from, half, counts[0] === counts[1]] as const, [half, to, counts[1] === counts[2]] as const].flatMap(
      ([low, high, isEven]) => {
        if (!isEven) return crossingsBetween(window, low, high, heading, course.limits.tolerance);
        return isSame && halvings > 0 ? between(low, high, halvings - 1) : [];
      },
    );
  };
  try {
    const end = expected ? beforeEvent(expected) : seen(b);
    return end ? between(seen(a), end, mostHalvings) : [];
  } finally {
    window.release();
  }
}

/** The zeros of real parts between two places whose numbers of unstable modes differ, one after the other. */
function crossingsBetween(window: CurveWindow, a: Seen, b: Seen, heading: Heading, tolerance: number): Unfolding[] {
  const counts = [a.spectrum.unstableCount, b.spectrum.unstableCount];
  const at = (foot: Foot) => spectrumOf(window.jacobian(foot), window.size);
  const found: Unfolding[] = [];
  // real parts fall with rank, and those of these ranks change their signs
  for (let rank = Math.min(...counts); rank < Math.max(...counts); rank++) {
    const ends: [number, number] = [a.spectrum.re[rank], b.spectrum.re[rank]];
    const exact = Math.abs(ends[0]) < Math.abs(ends[1]) ? a.foot : b.foot; // zero to rounding at one end
    const bracket =
      ends[0] * ends[1] >= 0
        ? { before: exact, after: exact }
        : locateZero(window, { before: a.foot, after: b.foot }, ends, (s) => at(s).re[rank], tolerance);
    const spectrum = at(middleOf(bracket));
    const isPair = spectrum.im[rank] !== 0;
    if (isPair) {
      found.push({ event: hopfAt(spectrum, bracket, rank, (counts[1] - counts[0]) * heading), others: [] });
      rank++;
    } else found.push(branchPointAt(window, bracket, { a: a.foot, b: b.foot, isTurn: false }));
  }
  const way = b.foot.parameter - a.foot.parameter;
  return found.sort((first, second) => (first.event.parameter - second.event.parameter) * way);
}

function hopfAt({ re, im }: Spectrum, bracket: Bracket, rank: number, growth: number): Bifurcation {
  const foot = middleOf(bracket);
  return {
    kind: "Hopf",
    change: growth > 0 ? "loss" : "gain",
    parameter: foot.parameter,
    width: widthOf(bracket),
    x: foot.x,
    eigenvalues: { re: re.slice(rank, rank + 2), im: im.slice(rank, rank + 2) },
  };
}
