import assert from "node:assert/strict";
import {
  type KeptSearch,
  type Recall,
  type SearchStudyResult,
  searchGoalLines,
  searchGoals,
  searchGoalTable,
  searchOf,
  sourcesOf,
  trained,
} from "rnn-claims/dist/search";

/** A result as a study keeps it: the ideal 27 in ten seconds, but for what is changed. */
function kept(seed: number, change: Partial<SearchStudyResult> = {}, study = "search-logistic"): KeptSearch {
  const counts = { "m = 0": 8, "m = 1": 12, "m = 2": 6, "m = 3": 1, "m = 4": 0, "m = 5": 0, "m > 5": 0 };
  const certificates = { certified: 27, largestH: 0, largestRadius: 0, largestQ: 0, slowPoints: 0, slowCertified: 0, undecided: 0 }; // biome-ignore format: one line
  const result: SearchStudyResult = {
    held: 8,
    memoriesAtRest: 8,
    points: 27,
    counts,
    middle: [],
    indexSum: 1,
    ended: "no gap found",
    ruleHolds: true,
    rounds: [],
    starts: 80,
    iterations: 500,
    lostStarts: 0,
    certificates,
    seconds: 10,
    processorSeconds: 18,
    machine: { processor: "a processor", threads: 2 },
    ...change,
  };
  return { study, seed, result };
}

const ten = (change: (seed: number) => Partial<SearchStudyResult>): KeptSearch[] =>
  Array.from({ length: 10 }, (_, i) => kept(11 + i, change(11 + i)));
const spent: Partial<SearchStudyResult> = { ended: "starts spent", ruleHolds: false };

describe("the goals of the search", () => {
  it("are reached when the rule holds in nine of ten seeds in time, and missed in eight", () => {
    const one = searchGoalTable(ten((seed) => (seed === 11 ? spent : {})));
    assert.equal(one.length, 1);
    assert.equal(one[0]["ended as hoped"], "9 of 10");
    assert.equal(one[0].goal, "reached");
    assert.equal(searchGoalTable(ten((seed) => (seed < 13 ? spent : {})))[0].goal, "missed");
  });

  it("tell a search that was too long from a machine that was busy", () => {
    const { seconds } = searchGoals["search-logistic"];
    const long = { seconds: 2 * seconds, processorSeconds: 2 * seconds + 1 };
    assert.equal(searchGoalTable(ten((seed) => (seed === 15 ? long : {})))[0].goal, "missed");
    const busy = { seconds: 2 * seconds, processorSeconds: seconds };
    assert.equal(searchGoalTable(ten((seed) => (seed === 15 ? busy : {})))[0].goal, "too slow on the clock only");
  });

  it("count points by their unstable modes, with median and range", () => {
    const odd = kept(12, { points: 29, counts: { "m = 0": 8, "m = 1": 10, "m = 2": 6, "m = 3": 1, "m = 7": 4 } });
    const [row] = searchGoalTable([kept(11), odd]);
    assert.equal(row["m = 0"], "8");
    assert.equal(row["m = 1"], "11 (10–12)");
    assert.equal(row.more, "2 (0–4)");
    assert.equal(row.certified, "54 of 56");
    assert.equal(row.seeds, "11 12");
  });

  it("ask of the paper's network that the crowded middle is seen", () => {
    const rows = searchGoalTable([
      kept(11, { ended: "crowded middle", ruleHolds: false }, "search-tanh-1.5"),
      kept(11, {}, "another study"),
    ]);
    assert.deepEqual(
      rows.map(({ study, goal }) => [study, goal]),
      [["search-tanh-1.5", "reached"]],
    );
    assert.deepEqual(searchGoalTable([]), []);
  });

  it("are told in lines, next to 8, 12, 6, 1, with the recall", () => {
    const search = { starts: 80, points: 26 };
    const recall = {
      usual: search,
      larger: { starts: 800, points: 27, counts: { "m = 0": 8, "m = 1": 12 } },
      missed: [{ unstableCount: 1 }],
      common: 26,
      onlyUsual: 0,
    } as unknown as Recall;
    const lines = searchGoalLines([
      kept(11),
      { study: "search-recall", seed: 12, result: { logistic: recall, "tanh-0.8": { ...recall, onlyUsual: 2 } } },
    ]);
    assert.equal(lines[0], "search-logistic, seeds 11: goal reached");
    assert.ok(lines.includes("  m = 1           12, ideal 12"));
    assert.deepEqual(lines.slice(-2), [
      "recall, logistic, seed 12: 26 of the 27 points that 800 starts find, with 80; m = 0: 8 of 8, m = 1: 11 of 12",
      "recall, tanh-0.8, seed 12: 26 of the 27 points that 800 starts find, with 80; 2 more of its own; m = 0: 8 of 8, m = 1: 11 of 12",
    ]);
  });
});

describe("a search of a trained network", () => {
  it("is told of the test run, the memories held and the skeleton between them, and is timed", async () => {
    const recipe = { bits: 1, units: 60, gain: 0.8, steps: 1000, testSteps: 500, seed: 3 };
    const told: string[] = [];
    const prepared = await trained(recipe, { onProgress: (_done, _total, what) => told.push(what) });
    const found = await searchOf(prepared, { stream: "search" });
    const { states, memories = [], guesses = [] } = sourcesOf(found.test, found.memories, true);
    assert.equal(states.rows, 100);
    assert.equal(memories.length, 2);
    assert.equal(guesses.length, 2); // the centre and one of the mirror images
    const { search, seconds, processorSeconds } = found;
    assert.equal(search.ended, "no gap found");
    assert.equal(search.memories.length, 2);
    assert.ok(seconds >= 0 && processorSeconds >= 0);
    assert.ok(told.includes("training") && told.includes("memories"));
    const again = await searchOf(prepared, { stream: "search", memories: found.memories });
    assert.deepEqual(again.search.points, search.points);
  });
});
