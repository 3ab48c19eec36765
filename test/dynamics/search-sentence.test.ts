import assert from "node:assert/strict";
import type { Completeness, FixedPoint } from "rnn-dynamics";
import { type SearchToTell, searchSentence } from "rnn-dynamics";

const complete: Completeness = {
  indexSum: 1,
  expectedIndexSum: 1,
  degenerate: [],
  unpaired: [],
  isOriginMissing: false,
  sampled: 10,
  noGapFound: true,
};

/** A search that found points with these numbers of unstable modes. */
function search(
  counts: readonly number[],
  ended: SearchToTell["ended"],
  gap: Partial<Completeness> = {},
): SearchToTell {
  const points = counts.map((unstableCount) => ({ unstableCount }) as FixedPoint);
  return { points, ended, completeness: { ...complete, ...gap }, undecided: [] };
}

describe("searchSentence", () => {
  it("says of a set without a gap no more than that", () => {
    assert.equal(
      searchSentence(search([0, 0, 1], "no gap found")),
      "no gap found: 3 fixed points, index sum 1, and a round of fresh starts found nothing new",
    );
  });

  it("says plainly that a crowded middle is out of reach, and what is around it", () => {
    assert.equal(
      searchSentence(search([0, 0, 1, 2, 92, 114], "crowded middle", { indexSum: 3 })),
      "incomplete: the middle holds exponentially many fixed points (some were met, with up to 114 unstable modes); around it are 2 attractors and 1 saddle with one unstable mode",
    );
  });

  it("names every gap of a search that was cut short", () => {
    assert.equal(
      searchSentence(search([0, 0], "starts spent", { indexSum: 2, unpaired: [1], isOriginMissing: true })),
      "incomplete: 2 fixed points; index sum 2, not 1, 1 point without a mirror image, the origin is missing, and the starts were spent before a round found nothing new",
    );
    const odd = { ...search([0], "iterations spent", { degenerate: [0], indexSum: 0 }), undecided: [0, 1] };
    assert.equal(
      searchSentence(odd),
      "incomplete: 1 fixed point; 1 degenerate point, 2 places neither certified nor seen to move, and the iterations were spent before a round found nothing new",
    );
  });
});
