/**
 * What this project's kernelspec and its runner load into a tslab kernel before tslab itself:
 * `node --require …/kernel-preload.js …/tslab kernel --config-path=…`.
 *
 * With it a kernel goes on when files change around it, loses no output, reports errors in the reader's own lines, and
 * ends with its parent. tslab's modules are changed as they are loaded, wherever they lie: a notebook's folder may hold
 * another copy. Threads and child processes inherit the preload, and in them it does nothing but keep their packages.
 */

import { existsSync } from "node:fs";
import Module, { SourceMap } from "node:module";
import { resolve } from "node:path";
import vm from "node:vm";
import { isMainThread } from "node:worker_threads";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { endWithParent, holdWhilePackagesAreGone, isMarked, liftSendLimit, packagesAreThere } from "./kernel-guard";
import { addTimer, type SteadySystem, steadySystem } from "./steady-compiler";

type Compiler = typeof TypeScript;
type Executor = { execute(source: string): Promise<boolean>; interrupt(): void } & Record<"inspect" | "complete", Ask>;
type Ask = (source: string, position: number) => unknown;

let files: SteadySystem | undefined;
let cell: RunningCell = { number: 0, lines: 0 };

/** tslab's copy of TypeScript: a compiler that watches nothing, with source maps. */
function changeCompiler(ts: Compiler): Compiler {
  files = steadySystem(ts.sys, process.env.RNN_DYNAMICS_RECORDED === undefined); // set by this project's runner
  const createWatchCompilerHost = (roots: string[], options: object, system: TypeScript.System, ...rest: []) => {
    addTimer(system);
    return ts.createWatchCompilerHost(roots, { ...options, inlineSourceMap: true }, system, ...rest);
  };
  return {
    ...ts,
    sys: files.system,
    createWatchCompilerHost: createWatchCompilerHost as Compiler["createWatchCompilerHost"],
    transpileModule: mappingTranspile(ts.transpileModule),
  };
}

/** tslab's executor: before each cell the packages must be there, and the compiler looks at the reader's files. */
function changeExecutor(module: { createExecutor(...args: unknown[]): Executor }): typeof module {
  const { createExecutor } = module;
  module.createExecutor = (...args) => {
    const executor = createExecutor(...args);
    const { execute, interrupt, inspect, complete } = executor;
    let hasFailed = false;
    let isInterrupted = false;
    executor.execute = async (source) => {
      cell = { number: cell.number + 1, lines: source.split("\n").length };
      isInterrupted = false;
      await packagesAreThere(() => isInterrupted);
      files?.look(hasFailed);
      hasFailed = true;
      hasFailed = !(await execute(source));
      return !hasFailed;
    };
    executor.interrupt = () => {
      isInterrupted = true;
      interrupt();
    };
    const looking =
      (ask: Ask): Ask =>
      (source, position) => {
        files?.look(hasFailed);
        return ask(source, position);
      };
    executor.inspect = looking(inspect);
    executor.complete = looking(complete);
    return executor;
  };
  return module;
}

const changes: readonly (readonly [RegExp, (exports: never) => unknown])[] = [
  [/[\\/]@tslab[\\/]typescript-for-tslab[\\/]lib[\\/]typescript\.js$/, changeCompiler],
  [/[\\/]tslab[\\/]dist[\\/]executor\.js$/, changeExecutor],
  [/[\\/]zeromq[\\/]lib[\\/]index\.js$/, liftSendLimit],
];

/** Changes the modules above when they are loaded, once each. */
function changeOnLoad(): void {
  const extensions = (Module as unknown as { _extensions: Record<string, (module: NodeModule, file: string) => void> })
    ._extensions;
  const load = extensions[".js"];
  extensions[".js"] = (module, file) => {
    load(module, file);
    const change = changes.find(([name]) => name.test(file))?.[1];
    if (change) module.exports = change(module.exports as never) ?? module.exports;
  };
}

/**
 * Errors in the reader's own lines: `at inner (cell [2], line 5)` for what tslab reports as `evalmachine.<anonymous>:10`
 * of a text it has made out of the cell, without the frames of the kernel around it.
 *
 * tslab compiles a cell in two steps, types off and modules to CommonJS. The first is asked for an inline source map, the
 * second for one beside it; a stack is translated when it is read. The number is that of the page, `In [2]`.
 */

type Transpile = typeof TypeScript.transpileModule;

/** A cell that runs: its number on the page, and how many lines it has. */
export interface RunningCell {
  readonly number: number;
  readonly lines: number;
}

/** How the text of a script came about. */
interface Origin {
  readonly toModule: string;
  readonly toSource: string;
  /** Lines of the script; what comes after them is tslab's. */
  readonly lines: number;
  /** Columns of the first line that are tslab's. */
  readonly skip: number;
  /** The lines that the source begins and ends with, as the maps count them, from 0. */
  readonly first: number;
  readonly last: number;
  /** A place in words, from a line of the source. */
  readonly words: (line: number) => string;
}

/** The compiled text of a cell, until it runs, and of every script that has a source. */
const compiledTexts = new Map<string, Pick<Origin, "toModule" | "toSource">>();
const origins = new Map<string, Origin>();

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;(?:charset=utf-8;)?base64,([\w+/=]+)\s*$/;
const mapComment = /\n?\/\/# sourceMappingURL=custom\.js\.map\s*$/;

/** The second step of tslab's compiling, which keeps the maps of both. */
export function mappingTranspile(transpile: Transpile): Transpile {
  return (js, options) => {
    const inline = inlineMap.exec(js);
    if (!inline) return transpile(js, options);
    const compilerOptions = { ...options.compilerOptions, sourceMap: true };
    const output = transpile(js.slice(0, inline.index), { ...options, compilerOptions });
    const outputText = output.outputText.replace(mapComment, "\n");
    const toSource = Buffer.from(inline[1], "base64").toString();
    const maps = { toModule: output.sourceMapText ?? "", toSource };
    const source = resolve("outDir", String(JSON.parse(toSource).sources[0]));
    if (/[\\/]__tslab__\.[jt]sx?$/.test(source)) compiledTexts.set(outputText, maps);
    else origins.set(source.replace(/\.tsx?$/, ".js"), helperOrigin(source, maps));
    return { ...output, outputText };
  };
}

/** A file beside the notebook, or a cell that is a module of its own: tslab sets one line in front of the latter. */
function helperOrigin(source: string, maps: Pick<Origin, "toModule" | "toSource">): Origin {
  const first = existsSync(source) ? 0 : 1;
  const words = (line: number): string => `${source}:${line}`;
  return { ...maps, lines: Number.POSITIVE_INFINITY, skip: 0, first, last: Number.POSITIVE_INFINITY, words };
}

const wrapper = /^\((?:async )?function\(exports, require\) \{ /;
const wrapperEnd = "\n})(__tslab__.exports, __tslab__.require)";

/** Makes the engine call every cell that tslab runs `cell [n]`. */
export function nameCells(running: () => RunningCell): void {
  const run = vm.runInThisContext;
  vm.runInThisContext = (code, options) => {
    const head = wrapper.exec(code)?.[0] ?? "";
    const text = code.slice(head.length, -wrapperEnd.length);
    const maps = compiledTexts.get(text);
    if (!maps || !code.endsWith(wrapperEnd)) return run(code, options);
    compiledTexts.clear();
    const { number, lines } = running();
    const filename = `cell [${number}]`;
    const words = (line: number): string => `${filename}, line ${line}`;
    origins.set(filename, { ...maps, lines: text.split("\n").length, skip: head.length, first: 1, last: lines, words });
    return compiled(code, filename).runInThisContext({ ...(options as object), displayErrors: false });
  };
}

/** The engine may refuse what TypeScript has let pass; it says where in front of the stack. */
function compiled(code: string, filename: string): vm.Script {
  try {
    return new vm.Script(code, { filename });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = Number(/^cell \[\d+\]:(\d+)$/m.exec(error.stack ?? "")?.[1]);
    const place = placeIn(filename, line, undefined);
    error.stack = `${error.name}: ${error.message}${place ? `\n    at ${place}` : ""}`;
    throw error;
  }
}

/** A place of a script in the words of its source, or undefined if it is none of the source's; lines count from 1. */
function placeIn(script: string, line: number, column: number | undefined): string | undefined {
  const origin = origins.get(script);
  if (!origin || line > origin.lines) return undefined;
  const at = column === undefined ? Number.MAX_SAFE_INTEGER : column - 1 - (line === 1 ? origin.skip : 0);
  const inModule = new SourceMap(JSON.parse(origin.toModule)).findEntry(line - 1, at);
  if (!("originalLine" in inModule)) return undefined;
  const toSource = new SourceMap(JSON.parse(origin.toSource));
  const inSource = toSource.findEntry(inModule.originalLine, inModule.originalColumn);
  if (!("originalLine" in inSource)) return undefined;
  const found = inSource.originalLine - origin.first + 1;
  return found >= 1 && found <= origin.last ? origin.words(found) : undefined;
}

const kept = 100; // frames: ten, as the engine keeps, may all lie in the library, and the cell would not be named
const shown = 12;

/** Frames that nobody looks for: Node's own, tslab's, and what this project puts around a cell. */
const machinery = /\bnode:|[\\/]node_modules[\\/](?:tslab|zeromq|@tslab)[\\/]|[\\/]page[\\/]kernel-\w+\.js/;

/** Translates every stack of this process when it is read. */
export function translateStacks(): void {
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, kept);
  Error.prepareStackTrace = (error, sites) => [headOf(error), ...framesOf(sites)].join("\n");
}

/** The innermost frames, repeated ones once, and the outermost one of a cell, which is the line that the reader runs. */
function framesOf(sites: readonly NodeJS.CallSite[]): string[] {
  const frames: { text: string; isCell: boolean }[] = [];
  for (const site of sites) {
    const script = site.getScriptNameOrSourceURL() ?? "";
    let text = String(site);
    const isCell = script.startsWith("cell [");
    if (origins.has(script)) {
      const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
      const place = placeIn(script, line, column);
      if (!place) continue;
      text = text.replace(`${script}:${line}:${column}`, place).replace(/^(async )?(?:Proxy|Object)\.(?!<)/, "$1");
    } else if (machinery.test(text)) continue;
    if (text !== frames.at(-1)?.text) frames.push({ text, isCell });
  }
  const outer = frames.filter((frame) => frame.isCell).at(-1);
  const inner = frames.slice(0, shown);
  const isCut = outer && !inner.includes(outer);
  return [...inner, ...(isCut ? [{ text: "…" }, outer] : [])].map(({ text }) =>
    text === "…" ? "    …" : `    at ${text}`,
  );
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

const isKernel = isMainThread && process.argv[2] === "kernel" && /[\\/]tslab(?:\.js)?$/.test(process.argv[1] ?? "");

if (!isMarked(globalThis, "preload")) {
  holdWhilePackagesAreGone();
  if (isKernel) {
    endWithParent();
    changeOnLoad();
    translateStacks();
    nameCells(() => cell);
  }
}
