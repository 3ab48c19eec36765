/**
 * What this project's kernelspec and its runner load into a tslab kernel before tslab itself:
 * `node --require …/kernel-preload.js …/tslab kernel --config-path=…`.
 *
 * With it a kernel goes on when files change around it, loses no output, reports errors in the reader's own lines, and
 * ends with its parent. tslab's modules are changed as they are loaded, wherever they lie: a notebook's folder may hold
 * another copy. Threads and child processes inherit the preload, and in them it does nothing but keep their packages.
 */
import Module from "node:module";
import { isMainThread } from "node:worker_threads";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { mappingTranspile, nameCells, type RunningCell, translateStacks } from "./cell-lines";
import { endWithParent, isMarked, liftSendLimit } from "./kernel-guard";
import { holdWhilePackagesAreGone, packagesAreThere } from "./package-guard";
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
