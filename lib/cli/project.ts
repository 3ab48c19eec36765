import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The project's folder: above lib/, whether this file is reached as lib/dist/cli or through node_modules. */
export const projectRoot: string = resolve(__dirname, "..", "..", "..");

/** Where the commands find and leave things. */
export const folders = Object.freeze({
  notebooks: join(projectRoot, "notebooks"),
  out: join(projectRoot, "data", "out"),
  tests: join(projectRoot, "data", "cache", "build", "test"),
});

/** The closing line of every command that counts. */
export function closingLine(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed`;
}

/** Writes beside the file and renames, so that whoever looks sees the old file or the new one, never half of it. */
export function writeFileAside(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(aside, text);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
