import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Version of this library, as its package.json says. */
export function libraryVersion(): string {
  const text = readFileSync(join(__dirname, "..", "..", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
