import { join } from "node:path";
import { codeFolder } from "../places";
import { readJsonRecord, refuseFile } from "./json-file";

/** Version of this library, as its package.json says. */
export function libraryVersion(file: string = join(codeFolder, "..", "package.json")): string {
  const advice = "restore it: git checkout -- lib/package.json";
  const { version } = readJsonRecord("libraryVersion", file, { kind: "a package.json", advice });
  if (typeof version === "string" && /^\d[\w.+-]*$/.test(version)) return version;
  return refuseFile("libraryVersion", file, "has no version", advice);
}
