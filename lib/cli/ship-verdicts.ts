/**
 * Ships the verdicts of the last `npm start` on this machine, and writes them into the README:
 *
 *     node lib/dist/cli/ship-verdicts.js            data/out/verdicts.json → data/results/verdicts.json → README.md
 *     node lib/dist/cli/ship-verdicts.js --readme   the shipped verdicts → README.md
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type LedgerRow, ledger, readVerdicts, recordVerdicts, shippedVerdicts } from "../claims/ledger";
import { seedRanks } from "../claims/seed-ranks";
import { writeAside } from "../files/write-aside";
import { outFolder, projectFolder } from "../places";
import { listNotebooks } from "./notebook-file";
import { folders } from "./terminal";

const begin = "<!-- the ledger: written by lib/cli/ship-verdicts.ts -->";
const end = "<!-- end of the ledger -->";

/**
 * A text with the table of verdicts between its two marks.
 *
 * @param text of README.md
 * @param rows as `ledger` returns them
 * @throws Error if the marks are not there, once each and in order
 */
export function withLedger(text: string, rows: readonly LedgerRow[]): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`ship-verdicts: README.md lacks the lines "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n${markdownTable(rows)}\n\n${ranksInWords()}\n${text.slice(to)}`;
}

/** Where the shipped networks stand among the seeds. */
function ranksInWords(): string {
  const ranks = seedRanks().map(({ network, rank }) => `\`${network}\` ${rank}`);
  const first = "Seed 1 is shipped because it is the first, not the best.";
  // one seed alone has no rank
  if (ranks.length === 0) return first;
  return `${first} Its rank by mean test error over 20 inputs, 1 being the least: ${ranks.join(" · ")}.`;
}

function markdownTable(rows: readonly LedgerRow[]): string {
  const notebooks = listNotebooks(folders.notebooks);
  const link = (number: string): string => {
    const name = notebooks.find((notebook) => notebook.startsWith(`${number}-`));
    return name ? `[${number}](notebooks/${name}.ipynb)` : number;
  };
  const cells = rows.map((row) => [
    row.claim,
    row["the paper says"],
    row.where,
    row.measured,
    row.verdict === "not judged yet" ? row.verdict : `**${row.verdict}**`,
    link(row.notebook),
  ]);
  const head = ["", "the paper says", "where", "measured", "verdict", "notebook"];
  const line = (words: readonly string[]): string =>
    `| ${words.map((word) => word.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...cells.map(line)].join("\n");
}

/** The verdicts that are shipped, whatever has run on this machine. */
export const shippedLedger = (): LedgerRow[] =>
  ledger(shippedVerdicts, join(projectFolder, "data", "nothing of one's own"));

function main(args: readonly string[]): number {
  if (args.some((arg) => arg !== "--readme")) {
    console.error("usage: node lib/dist/cli/ship-verdicts.js [--readme]");
    return 2;
  }
  const own = join(outFolder(), "verdicts.json");
  if (!args.includes("--readme")) {
    if (!existsSync(own))
      throw new Error(`ship-verdicts: ${relative(projectFolder, own)} is missing, run npm start first`);
    recordVerdicts(Object.values(readVerdicts(own)), shippedVerdicts);
  }
  const readme = join(projectFolder, "README.md");
  writeAside("ship-verdicts", readme, withLedger(readFileSync(readme, "utf8"), shippedLedger()));
  return 0;
}

if (require.main === module) {
  try {
    process.exitCode = main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
