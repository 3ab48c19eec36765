/**
 * Packages that go and come back while a kernel runs: `npm ci` empties node_modules first and fills it for half a
 * minute, and a set-up may build lib anew. What is loaded runs on; what is to be loaded waits until all is there again.
 */
import { existsSync } from "node:fs";
import Module from "node:module";
import { dirname, join } from "node:path";
import { codeFolder } from "../places";

const pauseMs = 50;
const freshMs = 5; // a large package is loaded in thousands of files
/** Longest wait: npm ci takes 20 s, over a slow line minutes. After that a package that is gone is meant to be gone. */
const longestWaitMs = 300_000;

/** What was there when this process began and stands for the rest: npm writes its record last, tsc this package's index. */
const witnesses: readonly string[] = findWitnesses();
let givenUp = false;
let lastSeen = Number.NEGATIVE_INFINITY;

function findWitnesses(): string[] {
  const own = join(codeFolder, "index.js");
  const found = [own];
  for (const start of [process.cwd(), codeFolder]) {
    for (let folder = start; ; folder = dirname(folder)) {
      found.push(join(folder, "node_modules", ".package-lock.json"));
      if (dirname(folder) === folder) break;
    }
  }
  return [...new Set(found)].filter((file) => existsSync(file));
}

/** Whether some of the packages are gone now, and may come back. */
function isGone(): boolean {
  if (performance.now() - lastSeen < freshMs) return false;
  const gone = witnesses.some((file) => !existsSync(file));
  if (!gone) [givenUp, lastSeen] = [false, performance.now()];
  return gone && !givenUp;
}

/** Resolves when the packages are there, at once as a rule; or when `isInterrupted`, or after five minutes. */
export async function packagesAreThere(isInterrupted: () => boolean): Promise<void> {
  const since = Date.now();
  let isSaid = false;
  while (isGone() && !isInterrupted()) {
    if (!isSaid && Date.now() - since > 1000) {
      isSaid = true;
      console.error("The packages are being installed anew: this cell waits until they are there.");
    }
    givenUp = Date.now() - since > longestWaitMs;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

type Load = (request: string, parent: unknown, isMain: boolean) => unknown;

/** Makes `require` wait while the packages are gone: a running cell may load one for the first time. */
export function holdWhilePackagesAreGone(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const wait = (): void => {
    for (const since = Date.now(); isGone(); givenUp = Date.now() - since > longestWaitMs)
      Atomics.wait(clock, 0, 0, pauseMs);
  };
  loader._load = (request, parent, isMain) => {
    if (Module.isBuiltin(request)) return load(request, parent, isMain);
    wait();
    try {
      return load(request, parent, isMain);
    } catch (error) {
      // it went between the look and the loading
      lastSeen = Number.NEGATIVE_INFINITY;
      if (!/MODULE_NOT_FOUND|ENOENT/.test((error as NodeJS.ErrnoException)?.code ?? "") || !isGone()) throw error;
      wait();
      return load(request, parent, isMain);
    }
  };
}
