import { join } from "node:path";
import { projectFolder } from "../notebook/places";

/** Where the commands find and leave things. */
export const folders = Object.freeze({
  notebooks: join(projectFolder, "notebooks"),
  out: join(projectFolder, "data", "out"),
  tests: join(projectFolder, "data", "cache", "build", "test"),
});

/** The closing line of every command that counts. */
export function closingLine(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed`;
}
