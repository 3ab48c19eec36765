/** One look for each network that is compared under noise: colour, dash and symbol, so that grey print tells them apart. */
import { colors } from "./theme";

/** How a network is drawn. */
export interface NetworkStyle {
  readonly color: string;
  /** The colour, for bands behind lines. */
  readonly band: string;
  readonly dash: string;
  readonly symbol: string;
}

const style = (color: string, dash: string, symbol: string): NetworkStyle => {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return Object.freeze({ color, band: `rgba(${r},${g},${b},0.16)`, dash, symbol });
};

/** One code for each network; shape and dash tell them apart in grey. */
const styles: Readonly<Record<string, NetworkStyle>> = Object.freeze({
  tanh: style(colors.blue, "solid", "circle"),
  logistic: style(colors.vermilion, "dash", "square"),
  transferred: style(colors.black, "dot", "triangle-up"),
  "quarter gain": style(colors.green, "longdash", "diamond"),
  conjugate: style(colors.skyBlue, "solid", "x-thin-open"),
});
const anyStyle = style(colors.grey, "solid", "circle");

/** The style of a network by its name; one that has none of its own is grey. */
export const networkStyle = (name: string): NetworkStyle => (Object.hasOwn(styles, name) ? styles[name] : anyStyle);
