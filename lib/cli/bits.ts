/**
 * Fingerprints of what must come out the same to the last bit, on every machine, Node version and number of threads:
 *
 *     node lib/dist/cli/bits.js                 prints them
 *     node lib/dist/cli/bits.js --check         compares them with data/results/bits.json, also with 1, 2 and 4 workers
 *     node lib/dist/cli/bits.js --write         writes that file: only when bits are meant to change
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { readJsonRecord, refuseFile } from "../files/json-file";
import { writeAside } from "../files/write-aside";
import { createEchoState, echoStateFlow, initialActivation } from "../network/echo-state";
import { trainForce } from "../network/force";
import { simulate } from "../network/simulate";
import { flipFlop } from "../network/tasks";
import { createRng } from "../numbers/random";
import { projectFolder } from "../places";
import { createPool } from "../pool";
import { findAllFixedPoints } from "../search/find-all";
import { toRowMajor } from "../wasm/vector";
import { closingLine, runCommand, UsageError } from "./terminal";

/** sha-256 in hexadecimal, by what it is of. */
export type Fingerprints = Readonly<Record<string, string>>;

export const bitsFile: string = join(projectFolder, "data", "results", "bits.json");

function fingerprint(...arrays: readonly ArrayLike<number>[]): string {
  const hash = createHash("sha256");
  for (const array of arrays) hash.update(new Uint8Array(Float64Array.from(array).buffer)); // all systems are little-endian
  return hash.digest("hex");
}

/**
 * A training of the paper's network cut short, a simulation after it, and all fixed points of a small network.
 *
 * @param workers threads that share the search; 0 for none
 * @param threads threads of the training and the simulation
 */
export async function fingerprints(workers: number, threads: 1 | 2): Promise<Fingerprints> {
  const rng = createRng("bits");
  const net = createEchoState({ inputs: 3, outputs: 3, rng: rng.split("network") });
  const x0 = initialActivation(net, rng.split("x0"));
  const task = flipFlop({ bits: 3, steps: 300, rng: rng.split("task") });
  const trained = trainForce(net, task, { x0, threads });
  const run = simulate(trained.network, task.input, { x0, record: 100, threads });
  const pool = workers > 0 ? createPool({ threads: workers }) : undefined;
  try {
    return {
      "readout after 300 steps": fingerprint(toRowMajor(trained.network.Wo)),
      trajectory: fingerprint(toRowMajor(run.output), run.finalState),
      "fixed points": await searched(pool),
    };
  } finally {
    await pool?.close();
  }
}

async function searched(pool: ReturnType<typeof createPool> | undefined): Promise<string> {
  const rng = createRng("bits of a search");
  const net = createEchoState({ units: 60, inputs: 1, outputs: 1, rng: rng.split("network") });
  const input = flipFlop({ bits: 1, steps: 400, rng: rng.split("task") }).input;
  const { states } = simulate(net, input, { x0: initialActivation(net, rng.split("x0")), record: 4 });
  if (states === undefined) throw new Error("a simulation that was to be recorded was not");
  const sources = { states, rng: rng.split("search") };
  const { points } = await findAllFixedPoints(echoStateFlow(net), sources, { pool, maxStarts: 40 });
  return fingerprint(
    ...points.flatMap(({ xStar, xLow, eigenvalues }) => [
      xStar,
      xLow ?? [],
      eigenvalues?.re ?? [],
      eigenvalues?.im ?? [],
    ]),
  );
}

/**
 * The fingerprints in a file.
 *
 * @throws RangeError that names the file, if it is damaged
 */
export function readFingerprints(file: string = bitsFile): Fingerprints {
  const advice = "restore it: git checkout -- data/results/bits.json";
  const found = readJsonRecord("bits", file, { kind: "a list of fingerprints", advice });
  const all = Object.values(found);
  if (all.length === 0 || all.some((word) => typeof word !== "string" || !/^[0-9a-f]{64}$/.test(word)))
    refuseFile("bits", file, "is damaged: a fingerprint is no sha-256", advice);
  return found as Fingerprints;
}

/** Compares fingerprints, made in several ways, with those on disk. Returns one line for each that differs. */
export async function differences(ways: readonly (readonly [number, 1 | 2])[]): Promise<string[]> {
  const golden = readFingerprints();
  const lines: string[] = [];
  for (const [workers, threads] of ways) {
    const found = await fingerprints(workers, threads);
    for (const [name, wanted] of Object.entries(golden)) {
      if (found[name] !== wanted)
        lines.push(`${name}, ${workers} workers, ${threads} threads: ${found[name]}, expected ${wanted}`);
    }
  }
  return lines;
}

export const allWays: readonly (readonly [number, 1 | 2])[] = [[0, 1], [1, 2], [2, 1], [4, 2]]; // biome-ignore format: pairs

async function main([argument]: readonly string[]): Promise<number> {
  if (argument !== undefined && argument !== "--check" && argument !== "--write")
    throw new UsageError(`bits: ${argument} is unknown, expected --check, --write or nothing`);
  if (argument === "--check") {
    const lines = await differences(allWays);
    for (const line of lines) console.error(line);
    console.log(`bits on Node ${process.versions.node}`);
    console.log(closingLine(lines.length === 0 ? 1 : 0, lines.length));
    return lines.length === 0 ? 0 : 1;
  }
  const text = `${JSON.stringify(await fingerprints(0, 1), null, 1)}\n`;
  if (argument === "--write") writeAside("bits", bitsFile, text);
  console.log(text);
  return 0;
}

if (require.main === module) void runCommand(main);
