/** The picture that three components show of a tesseract, beside the perfect one that is nearest to it. */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { checkRecord, checkVector } from "../wasm/validate";
import type { Figure } from "./figure";
import { checkCorners, dotOf, drawn, reach, shapeScene, type TesseractCorner } from "./tesseract-drawing";
import { nearestIdeal, patterns } from "./tesseract-frames";
import { titled } from "./theme";

/**
 * The perfect tesseract seen along the nearest of the four directions, turned until it fits the measured picture, and the
 * measured picture beside it.  [J15 Fig. 8]
 *
 * @param picture corners with their coordinates in the picture, (3), from its middle; direction: what it drops, in
 *   coordinates of the bits, (4)
 * @param claim the title
 * @throws RangeError if a shape does not fit
 */
export function idealBesideMeasured(
  picture: { readonly corners: readonly TesseractCorner[]; readonly direction: Float64Array },
  claim: string,
): Figure {
  const where = "idealBesideMeasured";
  checkRecord(where, "picture", picture, ["corners", "direction"]);
  checkCorners(where, picture.corners, 3);
  checkVector(where, "picture.direction", picture.direction, 4);
  const { name, rows } = nearestIdeal(picture.direction);
  const flat = patterns.map((bits) => ({ bits, at: rows.map((row) => dotOf(row, bits)) }));
  const ideal = fitted(flat, picture.corners);
  const half = 1.15 * Math.max(reach(ideal), reach(picture.corners));
  return {
    data: [
      ...drawn(ideal, `perfect, ${name}`, false, "scene"),
      ...drawn(picture.corners, "measured, PC 1 to 3", true, "scene2"),
    ],
    layout: titled(claim, {
      width: 900,
      height: 500,
      scene: shapeScene(half, [0, 0.5], ideal),
      scene2: shapeScene(half, [0.5, 1], ideal),
      margin: { l: 0, r: 0, b: 40, autoexpand: false },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.02, yanchor: "top" },
    }),
  };
}

/** Corners turned (or mirrored) and scaled as a whole, so that they lie as near as can be to the same corners of a target. */
function fitted(corners: readonly TesseractCorner[], target: readonly TesseractCorner[]): TesseractCorner[] {
  const partner = target.map(({ bits }) => corners.find((c) => String(c.bits) === String(bits)) ?? corners[0]);
  const middle = (list: readonly TesseractCorner[]): number[] =>
    [0, 1, 2].map((k) => list.reduce((sum, { at }) => sum + at[k] / list.length, 0));
  const [from, to] = [middle(partner), middle(target)];
  const covariance = Matrix.zeros(3, 3);
  let size = 0;
  partner.forEach(({ at }, i) => {
    for (let a = 0; a < 3; a++) {
      size += (at[a] - from[a]) ** 2;
      for (let b = 0; b < 3; b++) {
        covariance.set(a, b, covariance.get(a, b) + (at[a] - from[a]) * (target[i].at[b] - to[b]));
      }
    }
  });
  const svd = new SingularValueDecomposition(covariance);
  const turn = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
  const scale = size > 0 ? svd.diagonal.reduce((sum, v) => sum + v, 0) / size : 1;
  return corners.map(({ bits, at }) => ({
    bits,
    at: [0, 1, 2].map((b) => to[b] + scale * [0, 1, 2].reduce((sum, a) => sum + (at[a] - from[a]) * turn.get(a, b), 0)),
  }));
}
