/**
 * Searches the fixed points of the shipped four-bit networks, some minutes each:
 *
 *     node lib/dist/cli/four-bits.js              writes data/results/four-bits.json
 */
import { fourBitSkeleton } from "../claims/skeleton-four-bits";
import { memoryTable } from "../networks/memories";
import { duration } from "../notebook/progress";
import { fourBitsFile, saveFourBits } from "../store/four-bits";
import { loadShipped, shippedNames } from "../store/shipped";
import { createPool } from "../workers/pool";

/** The shipped networks of four bits. */
const names = shippedNames().filter((name) => name.includes("4bit"));

async function main(): Promise<void> {
  const pool = createPool();
  const skeletons: Record<string, Awaited<ReturnType<typeof fourBitSkeleton>>> = {};
  for (const name of names) {
    const begun = performance.now();
    const stored = loadShipped(name);
    const memories = memoryTable(stored.network);
    skeletons[name] = await fourBitSkeleton(stored, memories, { pool, onProgress: showProgress(name) });
    const { points, ended, starts } = skeletons[name];
    console.log(
      `${name}: ${points.length} fixed points from ${starts} starts, ${ended}, ${duration(performance.now() - begun)}`,
    );
  }
  await pool.close();
  saveFourBits(skeletons);
  console.log(`${fourBitsFile} is written`);
}

function showProgress(name: string): ((done: number, total: number, what: string) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (done, total, what) => {
    process.stderr.write(`\r${name}: ${what}, start ${done} of ${total}\x1b[K${done === total ? "\r\x1b[K" : ""}`);
  };
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
