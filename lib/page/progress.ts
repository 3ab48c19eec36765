/** How far a long cell is: a bar in the page that ends as a plain line. */
import { checkCount, showBarsBy } from "../wasm/check";
import { Display, isInNotebook } from "./kernel-link";

/** A progress bar that is fed by hand or handed to a function as its `onProgress`. */
export interface Progress {
  /** `done` of the total are done; a second number corrects the total. May be called as often as one likes. */
  update(done: number, total?: number): void;
  /** The work has ended: the bar becomes a line of text. Called by itself when `update` reaches the total. */
  done(): void;
}

/** Ten pictures a second look smooth; more would only slow the work down. */
const shortestPauseMs = 100;

// with the first news: a call that is refused leaves no bar
showBarsBy((label) => {
  const begin = performance.now();
  let bar: Progress | undefined;
  return (done, total) => {
    bar ??= progress(label, Math.max(1, total), () => performance.now(), begin);
    bar.update(done, total);
  };
});

/**
 * Shows a progress bar with the time left, for a loop of one's own: long calls take a `label` instead. Outside a notebook it is silent.
 *
 *     const bar = progress("portraits", steps.length);
 *     const portraits = steps.map((step, i) => {
 *       bar.update(i);
 *       …
 *
 * @param label what is being done
 * @param total how many steps there are
 * @param clock the time in ms; only tests give another one
 * @param begin when the work began, if it was before now
 * @throws RangeError if total is not an integer ≥ 1
 */
export function progress(
  label: string,
  total: number,
  clock: () => number = () => performance.now(),
  begin?: number,
): Progress {
  checkCount("progress", "total", total);
  if (!isInNotebook()) return { update() {}, done() {} };
  const display = new Display();
  const start = begin ?? clock();
  let [steps, reached, last, isOver] = [total, 0, Number.NEGATIVE_INFINITY, false];

  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    const extent = reached >= steps ? `${reached} of ${steps}` : `stopped at ${reached} of ${steps}`;
    display.write({ "text/plain": `${label}: ${extent} in ${duration(clock() - start)}` });
  };
  const update = (done: number, newTotal?: number): void => {
    if (isOver || !Number.isFinite(done)) return;
    if (newTotal !== undefined && newTotal > 0) steps = newTotal;
    reached = Math.min(Math.max(done, 0), steps);
    if (reached >= steps) {
      finish();
      return;
    }
    const now = clock();
    if (now - last < shortestPauseMs) return;
    last = now;
    const left = reached > 0 ? ((now - start) * (steps - reached)) / reached : undefined;
    display.write(bar(label, reached, steps, left));
  };
  update(0);
  return { update, done: finish };
}

function bar(label: string, done: number, total: number, leftMs: number | undefined): Record<string, string> {
  const left = leftMs === undefined ? "" : `, ${duration(leftMs)} left`;
  const percent = Math.floor((100 * done) / total);
  const words = String(label).replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return {
    "text/html": `<div style="font-family:sans-serif;font-size:14px">${words} <progress max="${total}" value="${done}" style="width:280px;vertical-align:middle"></progress> ${percent} %${left}</div>`,
    "text/plain": `${label}: ${percent} %${left}`,
  };
}

/** A time as a person says it: 0.8 s, 42 s, 3 min 05 s. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
