import { checkList, checkRecord } from "../numerics/validate";
import type { FullSearch, SearchEnd } from "./complete-search";

/** What a sentence about a search needs of it. */
export type SearchToTell = Pick<FullSearch, "points" | "ended" | "completeness" | "undecided">;

/**
 * What a full search came to, in one plain sentence: how many points, and whether anything speaks against completeness.
 *
 * "no gap found" is all that can be said for a set: what is checked is necessary for completeness and proves nothing.
 *
 * @param search as from `findAllFixedPoints`
 */
export function searchSentence(search: SearchToTell): string {
  checkRecord("searchSentence", "search", search, ["points", "ended", "completeness", "undecided"]);
  checkList("searchSentence", "points", search.points, 0, ["unstableCount"]);
  const { points, ended, completeness } = search;
  if (ended === "crowded middle") {
    const most = Math.max(0, ...points.map(({ unstableCount }) => unstableCount));
    const [stable, saddles] = [0, 1].map((m) => points.filter(({ unstableCount }) => unstableCount === m).length);
    return `incomplete: the middle holds exponentially many fixed points (some were met, with up to ${most} unstable modes); around it are ${counted(stable, "attractor")} and ${counted(saddles, "saddle")} with one unstable mode`;
  }
  const { indexSum } = completeness;
  if (ended === "no gap found") {
    return `no gap found: ${counted(points.length, "fixed point")}, index sum ${indexSum}, and a round of fresh starts found nothing new`;
  }
  return `incomplete: ${counted(points.length, "fixed point")}; ${[...gaps(search), reasonOf[ended]].join(", ")}`;
}

const reasonOf: Readonly<Record<Exclude<SearchEnd, "no gap found" | "crowded middle">, string>> = {
  "starts spent": "and the starts were spent before a round found nothing new",
  "iterations spent": "and the iterations were spent before a round found nothing new",
};

/** What speaks against completeness, in words. */
function gaps({ completeness, undecided }: SearchToTell): string[] {
  const { indexSum, expectedIndexSum, degenerate, unpaired, isOriginMissing } = completeness;
  const isSumWrong = expectedIndexSum !== undefined && degenerate.length === 0 && indexSum !== expectedIndexSum;
  return [
    ...(isSumWrong ? [`index sum ${indexSum}, not ${expectedIndexSum}`] : []),
    ...(degenerate.length > 0 ? [`${counted(degenerate.length, "degenerate point")}`] : []),
    ...(undecided.length > 0 ? [`${counted(undecided.length, "place")} neither certified nor seen to move`] : []),
    ...(unpaired.length > 0 ? [`${counted(unpaired.length, "point")} without a mirror image`] : []),
    ...(isOriginMissing ? ["the origin is missing"] : []),
  ];
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
