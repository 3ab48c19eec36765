import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A new folder for thousands of small files: in memory where the system has such a place, else with the temporary ones.
 * It goes with the process, as tests may run again in it.
 */
export function memoryFolder(name: string): string {
  const folder = mkdtempSync(join(isWritable("/dev/shm") ? "/dev/shm" : tmpdir(), name));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
