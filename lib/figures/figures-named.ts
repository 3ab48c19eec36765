/** The same figure for several subjects: whose it is, put before what it claims. */
import { reject } from "../wasm/validate";
import { checkFigure, type Figure, titleText } from "./figure";
import { titled } from "./theme";

/**
 * A figure whose title begins with a name: "Every bit flips" becomes "Gentle network: every bit flips".
 *
 * @param name whose figure it is
 * @param figure as a builder returns it; it is not changed
 * @throws RangeError if the name is not a text or the figure is none
 */
export function named(name: string, figure: Figure): Figure {
  if (typeof name !== "string") reject("named", "name", name, "a text");
  checkFigure("named", figure);
  const claim = titleText(figure);
  const { title: _old, margin, ...layout } = figure.layout ?? {};
  const { t: _top, ...sides } = (margin ?? {}) as Record<string, unknown>; // the upper margin grows with the lines of the title
  const text = `${name}: ${claim.slice(0, 1).toLowerCase()}${claim.slice(1)}`;
  return { ...figure, layout: titled(text, { ...layout, margin: sides }) };
}
