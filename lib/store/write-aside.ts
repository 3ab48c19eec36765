import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that it is either the old one or the whole new one, never a part: aside, to disk, then renamed.
 *
 * @param where name of the caller, for the message
 * @throws Error naming the file and the reason: no such folder, no permission, a full disk
 */
export function writeAside(where: string, file: string, contents: string | Uint8Array): void {
  const aside = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    const descriptor = openSync(aside, "w");
    try {
      writeFileSync(descriptor, contents);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new Error(`${where}: ${file} cannot be written, ${reason(error)}; the file is as it was`, { cause: error });
  }
}

/** The system's error code in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "unknown";
  const words: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    ENOTDIR: "a part of its path is not a folder",
    EISDIR: "it is a folder",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
  };
  return words[code] ?? `the system says ${code}`;
}
