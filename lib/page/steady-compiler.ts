/**
 * The file system as the compiler of a tslab kernel sees it: packages as they were when they were first read, the
 * reader's own files as they are when a cell starts.
 *
 * tslab compiles every cell with TypeScript's watch mode, which needs two timers, one for changed files and one for
 * look-ups that may succeed now. tslab's stand-in clock has room for one: as soon as the second is asked for, that cell
 * and all later ones fail. A package.json that is touched is enough. And where the compiler did follow a package that is
 * being replaced, cells would fail for the names that are gone meanwhile, while the code of that package, loaded long
 * ago, runs on. So nothing is watched. Before a cell is compiled, the few files that are not a package's are looked at,
 * and look-ups that failed are tried again, for a helper file or a package that was not there before.
 */
import { statSync } from "node:fs";
import type * as TypeScript from "@tslab/typescript-for-tslab";

type System = TypeScript.System;
type FileCallback = (file: string, kind: TypeScript.FileWatcherEventKind) => void;

/** A system for the compiler, and the look at it before each cell. */
export interface SteadySystem {
  readonly system: System;
  /**
   * Tells the compiler which of the reader's files have changed or come.
   *
   * @param hasFailed whether the cell before has failed: then packages that could not be found are looked for again
   */
  look(hasFailed: boolean): void;
}

const isInPackage = /[\\/]node_modules(?:[\\/]|$)/;
/** Begins a docstring: a line's first word, so that no text or pattern is one; as long as what it is replaced by. */
const docstring = /^([ \t]*)\/\*\*(?!\/)/gm;
/** The name of the package a path lies in, and the rest of the path. */
const packagePath = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)((?:[\\/](?!node_modules[\\/]).*)?)$/;

/**
 * Puts a steady face on the compiler's system.
 *
 * @param isShown whether someone may ask for the words that stand with a type (Shift+Tab); if nobody does, the compiler
 * takes them for plain comments, and starts in four fifths of the time
 */
export function steadySystem(real: System, isShown: boolean): SteadySystem {
  const answers = new Map<string, unknown>();
  const missing = new Set<string>();
  const found = new Set<string>(); // names of packages
  const linked = new Set<string>(); // packages that are links to folders elsewhere, as a workspace is
  const files = new Map<string, { stamp: string; callbacks: Set<FileCallback> }>();
  const folders = new Map<string, Set<(file: string) => void>>();

  const isPackage = (path: string): boolean =>
    isInPackage.test(path) || [...linked].some((root) => path === root || path.startsWith(`${root}/`));

  /** What was answered about a package once is answered for good; that something is missing is no answer. */
  const once = <T>(kind: string, path: string, isAnswer: (value: T) => boolean, ask: () => T): T => {
    if (!isPackage(path)) return ask();
    const key = `${kind} ${path}`;
    if (answers.has(key)) return answers.get(key) as T;
    if (kind === "file" && missing.has(path)) return false as T;
    const value = ask();
    if (isAnswer(value)) answers.set(key, value);
    return value;
  };

  const read: System["readFile"] = (path, encoding) => {
    const text = real.readFile(path, encoding);
    return isShown || !path.endsWith(".d.ts") ? text : text?.replace(docstring, "$1/* ");
  };

  const system: System = {
    ...real,
    fileExists(path) {
      const exists = once("file", path, Boolean, () => real.fileExists(path));
      if (!exists) missing.add(path);
      else if (isInPackage.test(path)) found.add(nameOf(path));
      return exists;
    },
    // then the compiler asks for the files in it, one by one, and these can be looked for again
    directoryExists: () => true,
    readFile: (path, encoding) => once("text", path, isDefined, () => read(path, encoding)),
    getDirectories: (path) => once("folders", path, hasLength, () => real.getDirectories(path)),
    realpath(path) {
      const target = once(
        "real path",
        path,
        (value) => value !== path,
        () => real.realpath?.(path) ?? path,
      );
      const rest = packagePath.exec(path)?.[2];
      if (rest && !isPackage(target) && target.endsWith(rest)) linked.add(target.slice(0, -rest.length));
      return target;
    },
    watchFile(path, callback) {
      if (isPackage(path)) return { close() {} };
      const watched = files.get(path) ?? { stamp: stampOf(path), callbacks: new Set() };
      files.set(path, watched);
      watched.callbacks.add(callback);
      return {
        close() {
          watched.callbacks.delete(callback);
          if (watched.callbacks.size === 0) files.delete(path);
        },
      };
    },
    watchDirectory(path, callback) {
      const callbacks = folders.get(path) ?? new Set();
      folders.set(path, callbacks);
      callbacks.add(callback);
      return { close: () => void callbacks.delete(callback) };
    },
  };

  const lookAtFiles = (): void => {
    for (const [path, watched] of files) {
      const stamp = stampOf(path);
      if (stamp === watched.stamp) continue;
      const kind = watched.stamp === "" ? created : stamp === "" ? deleted : changed;
      watched.stamp = stamp;
      for (const callback of [...watched.callbacks]) callback(path, kind);
    }
  };

  const lookForMissing = (hasFailed: boolean): void => {
    for (const path of missing) {
      // a package that was found stays where it was found, as its code does
      if (isPackage(path) && (!hasFailed || found.has(nameOf(path)))) continue;
      if (!real.fileExists(path)) continue;
      missing.delete(path);
      for (const [folder, callbacks] of folders) {
        if (path.startsWith(`${folder}/`)) for (const callback of callbacks) callback(path);
      }
    }
  };

  return {
    system,
    look(hasFailed) {
      lookAtFiles();
      lookForMissing(hasFailed);
    },
  };
}

const nameOf = (path: string): string => packagePath.exec(path)?.[1] ?? "";

/** Gives tslab's stand-in clock its second timer. That one need not go off: the next cell does first what it would do. */
export function addTimer(system: System): void {
  const { setTimeout: start, clearTimeout: stop } = system;
  const lookUps = new Set<unknown>();
  system.setTimeout = (callback, ...rest) => {
    if (callback.name !== "invalidateResolutionsOfFailedLookup") return start?.(callback, ...rest);
    const timer = {};
    lookUps.add(timer);
    return timer;
  };
  system.clearTimeout = (timer) => {
    if (!lookUps.delete(timer)) stop?.(timer);
  };
}

// TypeScript's FileWatcherEventKind, whose values cannot be imported where only its types are
const [created, changed, deleted] = [0, 1, 2];

const isDefined = (value: unknown): boolean => value !== undefined;
const hasLength = (value: readonly unknown[]): boolean => value.length > 0;

/** Changes with the contents of a file; empty where there is none. A new link to a file, or a copy by links, is no change. */
function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
}
