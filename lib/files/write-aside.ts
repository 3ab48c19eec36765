import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that it is either the old one or the whole new one, never a part: aside, to disk, then renamed.
 *
 * The name aside is drawn: threads share the number of their process, and so do processes in two containers.
 *
 * @param where name of the caller, for the message
 * @throws Error naming the file and the reason: no such folder, no permission, a full disk
 */
export function writeAside(where: string, file: string, contents: string | Uint8Array): void {
  const aside = join(dirname(file), `.${basename(file).slice(0, 40)}.${randomBytes(8).toString("hex")}.part`);
  try {
    const descriptor = openSync(aside, "wx");
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

/**
 * Makes a folder and those above it; one that is there stays.
 *
 * @throws Error naming the folder and the reason
 */
export function makeFolder(where: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new Error(`${where}: ${folder} cannot be made, ${reason(error)}`, { cause: error });
  }
}

/**
 * Throws unless a file can be written there, so that it is told before the work and not after it.
 *
 * @param file which need not exist; it is not touched
 * @throws Error naming the file and the reason: no folder can be made, no permission, a folder of that name
 */
export function checkWritable(where: string, file: string): void {
  makeFolder(where, dirname(file));
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new Error(`${where}: ${file} cannot be written, ${reason({ code: "EISDIR" })}; move it away`);
  }
  const trial = join(dirname(file), `.${randomBytes(8).toString("hex")}.part`);
  try {
    closeSync(openSync(trial, "wx"));
    rmSync(trial);
  } catch (error) {
    throw new Error(`${where}: ${file} cannot be written, ${reason(error)}; name another folder`, { cause: error });
  }
}

/** The system's error code in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "unknown";
  const words: Record<string, string> = {
    ENOENT: "there is no such file or folder",
    ENOTDIR: "a part of its path is not a folder",
    EEXIST: "a file of that name is in the way",
    EISDIR: "it is a folder",
    EACCES: "permission is denied",
    EPERM: "permission is denied",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    ENAMETOOLONG: "its name is too long",
    ELOOP: "its links go round in a circle",
    ERR_INVALID_ARG_VALUE: "its name holds a NUL character",
  };
  return words[code] ?? `the system says ${code}`;
}
