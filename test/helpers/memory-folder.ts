import { accessSync, constants, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A new folder for thousands of small files: in memory where the system has such a place, else with the temporary ones. */
export function memoryFolder(name: string): string {
  try {
    accessSync("/dev/shm", constants.W_OK);
    return mkdtempSync(join("/dev/shm", name));
  } catch {
    return mkdtempSync(join(tmpdir(), name));
  }
}
