import { withReadout } from "../network/echo-state";
import { type PreparedFlipFlop, prepareFlipFlop } from "../network/recipe";
import { shippedRecipes } from "../network/shipped";
import { trainedNetwork } from "../network/trained";
import { type UnseenTests, unseenTests } from "../noise/unseen-tests";
import { checkShape } from "../wasm/validate";
import { toMatrix, toRowMajor } from "../wasm/vector";
import { claimC5 } from "./c04-c09";
import { verdictOverSeeds } from "./over-seeds";
import type { SeededResult } from "./replicated";
import type { Study } from "./study";
import type { ClaimVerdict } from "./verdict";

/** Twenty fresh inputs to each kind of network that ships, by its name without the seed, such as "tanh-g1.5". */
export type UnseenInputs = Readonly<Record<string, UnseenTests>>;

/** Asked of a worker: the recipe, and the readout row by row, (O·N). */
export interface UnseenTask {
  readonly recipe: PreparedFlipFlop["recipe"];
  readonly Wo: Float64Array;
}

/** The tests of one network, drawn again from its recipe. */
export function runUnseenTask({ recipe, Wo }: UnseenTask): UnseenTests {
  const prepared = prepareFlipFlop(recipe);
  return unseenTests({ ...prepared, network: withReadout(prepared.network, toMatrix(Wo, recipe.bits, recipe.units)) });
}

/** The name of a kind of network: that of the shipped one, without its seed. */
export const kindOf = (shipped: string): string => shipped.replace(/-seed\d+$/, "");

/**
 * How well the networks of one seed do their task on twenty inputs that none of them has seen (claim C5), one minute a seed: a
 * single test is a draw, and seeds cannot be ranked by it.  [J15 §6, §7]
 */
export const unseenInputsStudy: Study<UnseenInputs> = Object.freeze({
  name: "unseen-inputs",
  version: 1,
  async run(seed, { pool, signal, onProgress }) {
    const recipes = Object.entries(shippedRecipes);
    let done = 0;
    const tests = recipes.map(async ([name, recipe]): Promise<[string, UnseenTests]> => {
      signal?.throwIfAborted();
      const prepared = await trainedNetwork({ ...recipe, seed }, { pool, signal });
      const task: UnseenTask = { recipe: prepared.recipe, Wo: toRowMajor(prepared.network.Wo) };
      const found = pool ? await pool.run<UnseenTests>("unseen", task, signal) : unseenTests(prepared);
      onProgress?.(++done, recipes.length, "networks tested");
      return [kindOf(name), found];
    });
    return Object.fromEntries(await Promise.all(tests));
  },
} satisfies Study<UnseenInputs>);

/**
 * The verdict on C5, over seeds.
 *
 * @param runs as from `replicatedRuns(unseenInputsStudy)`
 * @param kind of network; the paper's if left out
 * @throws RangeError if there is no run, or none of that kind
 */
export function unseenVerdict(runs: readonly SeededResult<UnseenInputs>[], kind = "tanh-g1.5"): ClaimVerdict {
  checkShape("unseenVerdict", "runs", runs, [{ seed: "number", result: { [kind]: { errors: "list" } } }]);
  return verdictOverSeeds(runs.map(({ seed, result }) => claimC5({ ...result[kind], seeds: [seed] })));
}
