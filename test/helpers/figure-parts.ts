/** Looking into a figure: a trace by its name, its coordinates, the title. */
import assert from "node:assert/strict";
import type { Figure, Trace } from "rnn-dynamics/dist/figures/figure";

export const named = (figure: Figure, name: string): Trace => {
  const trace = figure.data.find((candidate) => candidate.name === name);
  assert.ok(trace, `no trace "${name}"`);
  return trace;
};
export const titleOf = (figure: Figure) => (figure.layout.title as { text: string }).text;
export const xy = (figure: Figure, name: string) => {
  const { x, y } = named(figure, name);
  return { x: Array.from(x as ArrayLike<number>), y: Array.from(y as ArrayLike<number>) };
};
