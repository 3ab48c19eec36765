import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "rnn-dynamics/dist/places";

/** A new folder inside the project, where a kernel finds `rnn-dynamics`; the gate removes what a killed test leaves. */
export function projectTemporary(prefix: string): string {
  const parent = process.env.RNN_DYNAMICS_TESTS ?? join(projectFolder, "data", "cache");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, prefix));
}
