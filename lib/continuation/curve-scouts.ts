import { pieceThrough, type Survey, type TraceStart } from "./branch-trace";
import { type Heading, intervalFrom } from "./curve-leg";

/** A way that may be walked ahead. */
interface Way {
  readonly start: TraceStart;
  readonly heading: Heading;
}

/** Walks ahead of a survey, see `scoutsOf`. */
export interface Scouts {
  /** Sends those that are free ahead of the start that is followed now. */
  send(followed: TraceStart): void;
  /** To be called at the end, and after a failure: none is sent any more. */
  dismiss(): void;
}

/**
 * A survey records one leg after the other, in one order. Scouts keep the other threads busy meanwhile: they ask for the legs
 * the other way from the start that is followed now, and from those that wait in the queue, so that these are there when
 * their turn comes. Nothing they find is recorded, so the result is the same without them; a curve that is known by its turn
 * was walked for nothing.
 */
export function scoutsOf(survey: Survey): Scouts {
  const { queue, work } = survey;
  const sent: Record<Heading, WeakSet<TraceStart>> = { 1: new WeakSet(), [-1]: new WeakSet() };
  let followed: TraceStart | undefined;
  let away = 0;
  let isOver = false;

  /** The next way nobody has gone; from the start that is followed only the second one. */
  const nextWay = (): Way | undefined => {
    const ways = queue.flatMap((start) => waysFrom(start));
    if (followed?.heading === "both") ways.unshift({ start: followed, heading: 1 });
    return ways.find(({ start, heading }) => !sent[heading].has(start));
  };
  const isWanted = (start: TraceStart): boolean => !isOver && (start === followed || queue.includes(start));
  const walk = async ({ start, heading }: Way): Promise<void> => {
    let foot = await work.settle(start.foot);
    let way = heading;
    while (foot && isWanted(start) && !pieceThrough(survey, foot) && intervalFrom(survey.knots, foot.parameter, way)) {
      const leg = await work.walk(foot, way);
      if (leg.status !== "arrived") return;
      foot = leg.foot;
      way = leg.heading;
    }
  };
  const send = (): void => {
    while (!isOver && away < work.lanes - 1) {
      const way = nextWay();
      if (!way) return;
      sent[way.heading].add(way.start);
      away++;
      // what fails ahead fails again, and is told of, when the survey gets there
      walk(way)
        .catch(() => {
          isOver = true;
        })
        .finally(() => {
          away--;
          send();
        });
    }
  };
  return {
    send(start) {
      followed = start;
      send();
    },
    dismiss() {
      isOver = true;
    },
  };
}

/** Both directions in the order a survey takes them, or the one that is asked for. */
function waysFrom(start: TraceStart): Way[] {
  const headings: Heading[] = start.heading === "both" ? [-1, 1] : [start.heading];
  return headings.map((heading) => ({ start, heading }));
}
