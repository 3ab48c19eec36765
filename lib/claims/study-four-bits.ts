import { Matrix } from "ml-matrix";
import type { FlipDistance } from "../memory/equidistance";
import { type Memory, memoryTable } from "../memory/memories";
import { attractingPatterns, memorySolid, type SeenView, seenView, viewsWithoutOne } from "../memory/solid";
import { type EchoState, withReadout } from "../network/echo-state";
import { bitAccuracy, meanSquaredError } from "../network/flip-flop";
import { trainForce } from "../network/force";
import { type PreparedFlipFlop, prepareFlipFlop } from "../network/recipe";
import { simulate } from "../network/simulate";
import { principalComponents } from "../numbers/pca";
import { principalAngles } from "../numbers/subspaces";
import { checkList, checkShape } from "../wasm/validate";
import { distance } from "../wasm/vector";
import { claimC13, claimC14, claimC15, claimC16 } from "./c13-c16";
import { verdictOverSeeds } from "./over-seeds";
import type { Study, StudyContext } from "./study";
import type { ClaimVerdict } from "./verdict";

/** A view in a file. */
export interface KeptView {
  readonly nearest: SeenView["nearest"];
  /** Degrees from it. */
  readonly angle: number;
  /** What the picture drops, in coordinates of the bits, (4). */
  readonly direction: readonly number[];
}

/** What one four-bit network came to. */
export interface FourBitNetwork {
  /** On the one input of its recipe: a draw. Of twenty others `unseenInputsStudy` tells. */
  readonly meanSquaredError: number;
  readonly bitAccuracy: number;
  /** Of 16: memories held by the simulation, and how many of them are attracting fixed points of the flow. */
  readonly held: number;
  readonly attracting: number;
  readonly distances: readonly FlipDistance[];
  /** Lengths of the bit axes, and the cosines between them (axes 1·2, 1·3, 2·3, 1·4, 2·4, 3·4). */
  readonly lengths: readonly number[];
  readonly cosines: readonly number[];
  /** Part of the variance that the box of the axes does not explain. */
  readonly unexplained: number;
  /** Parts of the variance along the four principal components. */
  readonly explained: readonly number[];
  readonly inequality: number;
  readonly least: number;
  /** The picture in three principal components of the memories, and in those of the test run. */
  readonly view?: KeptView;
  readonly viewOfRun?: KeptView;
  /** Views when one memory after the other is left out. */
  readonly viewsWithoutOne: Readonly<Record<string, number>>;
}

/** How the cube of the three-bit network lies to the first three bit axes of a four-bit one. */
export interface CubeComparison {
  /** Principal angles in degrees, ascending. */
  readonly angles: readonly number[];
  /** From an old corner to the middle of the two new ones that share its bits: the mean, in parts of the old edge. */
  readonly moved: number;
}

/** What one seed says on C13 to C16. */
export interface FourBitsResult {
  readonly base: { readonly held: number; readonly lengths: readonly number[] };
  readonly scratch: FourBitNetwork;
  readonly transfer: FourBitNetwork;
  /** The weights of the transferred network, trained on the four-bit task from an empty readout. */
  readonly control: FourBitNetwork;
  readonly cube: {
    readonly scratch?: CubeComparison;
    readonly transfer?: CubeComparison;
    readonly control?: CubeComparison;
  };
}

const rounded = (values: ArrayLike<number>, digits = 6): number[] =>
  Array.from(values, (v) => Number(v.toPrecision(digits)));

/** A network and its memories, judged once. */
interface Measured {
  readonly network: EchoState;
  readonly memories: readonly Memory[];
  readonly result: FourBitNetwork;
}

/**
 * The paper's four-bit networks of one seed, from scratch and transferred, and a control: memories (C13), the view that
 * three principal components show (C14), distances (C15), and what became of the three-bit cube (C16).  [J15 §7, 7.1]
 */
export const fourBitsStudy: Study<FourBitsResult> = {
  name: "four-bits",
  version: 2, // 2: attracting are memories held only; one threshold of a pattern
  async run(seed, context) {
    const train = (what: string, prepared: PreparedFlipFlop, network = prepared.network): EchoState => {
      context.signal?.throwIfAborted();
      context.onProgress?.(0, 1, `training: ${what}`);
      const { training, x0, recipe } = prepared;
      return trainForce(network, training, { x0, alpha: recipe.alpha, trainEvery: recipe.trainEvery }).network;
    };
    const base = train("three bits", prepareFlipFlop({ seed }));
    const old = memoryTable(base);
    const held = old.filter(({ isHeld }) => isHeld).length;
    const scratch = prepareFlipFlop({ seed, bits: 4 });
    const wider = prepareFlipFlop({ seed, bits: 4, pretrainedBits: 3 });
    const Wo = Matrix.zeros(4, base.units);
    Wo.setSubMatrix(base.Wo, 0, 0);
    const trained = {
      scratch: await measure(scratch, train("scratch", scratch), context),
      transfer: await measure(wider, train("transfer", wider, withReadout(wider.network, Wo)), context),
      control: await measure(wider, train("control", wider), context),
    };
    return {
      base: { held, lengths: rounded(memorySolid(old)?.box?.lengths ?? []) },
      scratch: trained.scratch.result,
      transfer: trained.transfer.result,
      control: trained.control.result,
      cube: {
        scratch: compareCubes(old, trained.scratch.memories),
        transfer: compareCubes(old, trained.transfer.memories),
        control: compareCubes(old, trained.control.memories),
      },
    };
  },
};

async function measure(prepared: PreparedFlipFlop, network: EchoState, context: StudyContext): Promise<Measured> {
  const { testing, x0 } = prepared;
  const test = simulate(network, testing.input, { x0, record: 40 });
  context.onProgress?.(0, 1, "memories");
  const memories = memoryTable(network);
  context.signal?.throwIfAborted();
  const attracting = await attractingPatterns(network, memories, context);
  const solid = memorySolid(memories);
  const box = solid?.box;
  const ofRun = test.states && principalComponents(test.states, 3);
  const [view, viewOfRun] = [solid?.components.axes, ofRun?.axes].map((axes) => axes && kept(seenView(box, axes)));
  return {
    network,
    memories,
    result: {
      meanSquaredError: meanSquaredError(test.output, testing.target),
      bitAccuracy: bitAccuracy(test.output, testing.target),
      held: memories.filter(({ isHeld }) => isHeld).length,
      attracting: attracting.length,
      distances: solid?.distances ?? [],
      lengths: rounded(box?.lengths ?? []),
      cosines: rounded(box ? [0, 1, 2, 3].flatMap((k) => [...Array(k).keys()].map((i) => box.cosines.get(i, k))) : []),
      unexplained: box?.unexplained ?? 1,
      explained: rounded(solid?.components.explained ?? []),
      inequality: solid?.inequality ?? 0,
      least: solid?.least ?? 0,
      ...(view && { view }),
      ...(viewOfRun && { viewOfRun }),
      viewsWithoutOne: viewsWithoutOne(memories),
    },
  };
}

function kept(view: SeenView | undefined): KeptView | undefined {
  return view && { nearest: view.nearest, angle: view.angle, direction: rounded(view.direction) };
}

/**
 * How a cube lies to the cube of the first three bits of a tesseract: principal angles between their axes, and how far
 * corners have moved.  [J15 §7.1]
 *
 * @param before memories with three bits; those not held are left out
 * @param after memories with four bits, likewise
 * @returns undefined if either set does not span its axes
 */
export function compareCubes(
  before: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
  after: readonly Pick<Memory, "bits" | "state" | "isHeld">[],
): CubeComparison | undefined {
  checkList("compareCubes", "before", before, 1, ["bits", "state"]);
  checkList("compareCubes", "after", after, 1, ["bits", "state"]);
  for (const [name, list] of Object.entries({ before, after }))
    checkShape("compareCubes", name, list, [{ bits: "numbers", state: "numbers" }]);
  const old = before.filter(({ isHeld }) => isHeld);
  const [cube, tesseract] = [memorySolid(before)?.box, memorySolid(after)?.box];
  if (cube === undefined || tesseract === undefined) return undefined;
  const rows = cube.axes.rows - 1;
  const bits = cube.axes.columns - 1;
  const moves = old.flatMap(({ bits: pattern, state }) => {
    const pair = after.filter((m) => m.isHeld && pattern.every((bit, k) => bit === m.bits[k]));
    if (pair.length < 2) return [];
    return [
      distance(
        state,
        state.map((_, i) => (pair[0].state[i] + pair[1].state[i]) / 2),
      ),
    ];
  });
  const edge = cube.lengths.reduce((sum, length) => sum + length, 0) / cube.lengths.length;
  return {
    angles: rounded(principalAngles(cube.axes, tesseract.axes.subMatrix(0, rows, 0, bits))),
    moved: moves.reduce((sum, d) => sum + d, 0) / (moves.length || 1) / edge,
  };
}

/**
 * The verdicts on C13 to C16 from the results of the study.
 *
 * @param results one per seed
 * @param seeds the seeds, in the same order
 * @returns four verdicts
 * @throws RangeError if there is no result
 */
export function fourBitsVerdicts(results: readonly FourBitsResult[], seeds: readonly number[]): ClaimVerdict[] {
  checkList("fourBitsVerdicts", "results", results, 1, ["scratch", "transfer", "control", "cube"]);
  checkList("fourBitsVerdicts", "seeds", seeds, results.length);
  checkShape("fourBitsVerdicts", "results", results, [{ scratch: { explained: "numbers" } }]);
  const each = (judge: (result: FourBitsResult, seed: readonly number[]) => ClaimVerdict): ClaimVerdict =>
    verdictOverSeeds(results.map((result, i) => judge(result, [seeds[i]])));
  const views = results.map(({ scratch, transfer }) => ({
    scratch: scratch.view?.nearest,
    transfer: transfer.view?.nearest,
  }));
  return [
    each(({ scratch }, own) => claimC13({ ...scratch, seeds: own })),
    claimC14({ views, seeds }),
    each(({ scratch }, own) => {
      const edgeSpread = scratch.distances.find(({ flips }) => flips === 1)?.spread ?? 0;
      const inFour = scratch.explained.reduce((sum, part) => sum + part, 0);
      return claimC15({ ...scratch, edgeSpread, inFour, seeds: own });
    }),
    each(({ transfer, cube }, own) =>
      claimC16({
        held: transfer.held,
        attracting: transfer.attracting,
        angles: cube.transfer?.angles ?? [90],
        controlAngles: cube.control?.angles ?? [],
        seeds: own,
      }),
    ),
  ];
}
