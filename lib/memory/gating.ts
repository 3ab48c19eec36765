import { checkMatrix, checkRecord, checkVector } from "../wasm/validate";
import { dot, norm } from "../wasm/vector";

/** Which input opens a saddle: how strongly each channel pushes along its way out. */
export interface Gate {
  /** wᵀ B_k / ‖B_k‖ for each channel k, between −1 and 1; 0 for a channel without weights. */
  readonly drive: Float64Array;
  /** The channel that pushes most, from 0. */
  readonly channel: number;
  /** +1: a positive pulse on it pushes along +v, to the memory called `to`; −1: a negative one does. */
  readonly sign: 1 | -1;
  /** How much more it pushes than the second best channel, as a ratio ≥ 1; Infinity if no other one pushes at all. */
  readonly selectivity: number;
}

/**
 * The input channel that gates a saddle.
 *
 * Near a saddle a state is x* + c v + …, and under the input u the coordinate c along the unstable direction obeys
 *
 *     ċ = λ c + wᵀ B u / wᵀ v            Jᵀ w = λ w,  ∂F/∂u = B
 *
 * so of all that a pulse on channel k does, only wᵀ B_k decides to which side of the gate it drives the state. Columns are
 * brought to length 1: the direction is asked for, not the strength.
 *
 * @param net a network, for its input weights B, (N×I)
 * @param left left eigenvector w of the unstable eigenvalue, (N), as from `unstableDirection`
 * @throws RangeError if B or w is out of place
 */
export function gateOf(net: { readonly B: Parameters<typeof checkMatrix>[2] }, left: Float64Array): Gate {
  checkRecord("gateOf", "network", net, ["B"]);
  checkVector("gateOf", "left", left);
  checkMatrix("gateOf", "network.B", net.B, left.length);
  const size = norm(left);
  const drive = Float64Array.from({ length: net.B.columns }, (_, k) => {
    const column = left.map((_w, i) => net.B.get(i, k));
    const length = norm(column);
    return length === 0 || size === 0 ? 0 : dot(left, column) / (size * length);
  });
  const order = Array.from(drive.keys()).sort((j, k) => Math.abs(drive[k]) - Math.abs(drive[j]) || j - k);
  const [channel, second] = order;
  const least = second === undefined ? 0 : Math.abs(drive[second]);
  return {
    drive,
    channel,
    sign: drive[channel] < 0 ? -1 : 1,
    selectivity: least === 0 ? Number.POSITIVE_INFINITY : Math.abs(drive[channel]) / least,
  };
}
