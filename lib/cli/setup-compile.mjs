/**
 * What is compiled from what, and how: aside, put in place when it is whole, and only what is out of date.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { diskFull, explain, readText, run, SetUpError } from "./setup-guard.mjs";

const asidePrefix = ".compiling-";

/**
 * What is compiled from what, in an order in which it can be done. `after` names the steps that a step waits for; `sources`
 * decide whether it is out of date, `outputs` are the files that must exist; `into` tells the command where to write, from where
 * the files go to `target`. The claims are compiled against lib, and the commands, which lie in lib, too, against both.
 */
export function compileSteps(root, withTests) {
  const at = (...names) => join(root, ...names);
  const lib = typescriptIn(at("lib"), ["dist", "cli", "assembly", "node_modules"]);
  const [cli, claims] = [typescriptIn(at("lib", "cli")), typescriptIn(at("notebooks", "claims"), ["dist"])];
  const [solutions, tests] = [typescriptIn(at("notebooks", "solutions")), typescriptIn(at("test"))];
  const [dist, cache] = [at("lib", "dist"), at("data", "cache")];
  const lock = at("package-lock.json");
  const program = (name, files, { uses = [], from = root, target = join(cache, "build"), ...rest }) => ({
    name,
    sources: [...files, ...uses, at("lib", "tsconfig.json"), lock],
    outputs: files
      .filter((file) => !file.endsWith(".d.ts"))
      .map((file) => join(target, relative(from, file).replace(/\.ts$/, ".js"))),
    target,
    into: (folder) => ["--outDir", folder],
    ...rest,
    command: [at("node_modules", "typescript", "bin", "tsc"), "-p", rest.config],
  });
  const settings = at("tsconfig.json");
  const solutionsConfig = join(cache, "tsconfig.solutions.json");
  return [
    program("lib", lib, {
      from: at("lib"),
      target: dist,
      outputFolder: dist,
      besides: join(dist, "cli"),
      config: at("lib"),
    }),
    kernelStep(root, dist),
    plotlyStep(root, cache),
    claims.length > 0 &&
      program("claims", claims, {
        after: ["lib"],
        uses: [...lib, at("notebooks", "claims", "tsconfig.json")],
        from: at("notebooks", "claims"),
        target: at("notebooks", "claims", "dist"),
        outputFolder: at("notebooks", "claims", "dist"),
        config: at("notebooks", "claims"),
      }),
    cli.length > 0 &&
      program("commands", cli, {
        after: ["lib", "claims"],
        uses: [...lib, ...claims, at("lib", "cli", "tsconfig.json")],
        from: at("lib"),
        target: dist,
        outputFolder: join(dist, "cli"),
        config: at("lib", "cli"),
      }),
    solutions.length > 0 &&
      program("solutions", solutions, {
        after: ["lib"],
        uses: [...lib, settings],
        outputFolder: join(cache, "build", "notebooks"),
        before: () => writeAside(solutionsConfig, solutionsSettings),
        config: solutionsConfig,
      }),
    withTests &&
      program("tests", tests, {
        after: ["commands", "solutions"],
        uses: [...solutions, ...cli, ...claims, ...lib, settings],
        outputFolder: join(cache, "build", "test"),
        config: root,
      }),
  ].filter(Boolean);
}

const typescriptIn = (folder, skip) => listFiles(folder, (name) => name.endsWith(".ts"), skip);

function kernelStep(root, dist) {
  const folder = join(root, "lib", "wasm", "assembly");
  const compiler = join(root, "node_modules", "assemblyscript", "bin", "asc.js");
  return (
    existsSync(join(folder, "index.ts")) && {
      name: "wasm",
      sources: [...listFiles(folder, (name) => /\.(ts|json)$/.test(name)), join(root, "package-lock.json")],
      outputs: [join(dist, "rnn.wasm")],
      target: dist,
      into: (aside) => ["--outFile", join(aside, "rnn.wasm")],
      command: [compiler, join(folder, "index.ts"), "--config", join(folder, "asconfig.json")],
    }
  );
}

function plotlyStep(root, cache) {
  return (
    existsSync(join(root, "node_modules", "plotly.js-dist", "plotly.js")) && {
      name: "plotly.js",
      sources: [join(root, "package-lock.json")],
      outputs: [join(cache, "plotly.min.js")],
      target: cache,
      beside: cache,
      into: (aside) => [aside],
      command: ["-e", minify],
    }
  );
}

// Half of plotly.js's 10 MB: it goes to every page, and into every copy without pictures. The licence stays in front.
const minify = `
  const source = require("node:fs").readFileSync(require.resolve("plotly.js-dist"), "utf8");
  require("esbuild").buildSync({
    stdin: { contents: source },
    banner: { js: source.slice(0, source.indexOf("*/") + 2) },
    outfile: require("node:path").join(process.argv[1], "plotly.min.js"),
    minify: true,
    logLevel: "error",
  });`;

// The solutions alone, so that `npm start` needs no tests: the same settings, another list of files.
const solutionsSettings = `${JSON.stringify({
  extends: "../../tsconfig.json",
  compilerOptions: { rootDir: "../..", outDir: "build", types: ["node"] },
  include: ["../../notebooks/solutions/**/*.ts"],
  exclude: [],
})}\n`;

/** Whether a step has to be done: a source has changed, or an output is not there. */
export function isStale(root, step) {
  return readText(stampFile(root, step)) !== stampKey(root, step) || !step.outputs.every((file) => existsSync(file));
}

/** Does each step as soon as those are done that it waits for; what has begun is ended, also when another step fails. */
export async function compileAll(root, steps, log) {
  const begun = new Map();
  for (const step of steps) {
    const before = (step.after ?? []).map((name) => begun.get(name));
    begun.set(
      step.name,
      Promise.all(before).then(() => compile(root, step, log)),
    );
  }
  const ends = await Promise.allSettled(begun.values());
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}

async function compile(root, step, log) {
  if (!isStale(root, step)) return;
  const key = stampKey(root, step);
  log(`Compiling ${step.name} …`);
  step.before?.();
  // aside, so that nothing that runs meanwhile reads half a file; as deep as the target, for the paths in source maps
  const aside = join(step.beside ?? dirname(step.target), `${asidePrefix}${step.name}`);
  const remove = () => {
    try {
      rmSync(aside, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
    } catch {
      // a compiler that was killed has not ended yet: the next set-up removes it
    }
  };
  remove();
  process.once("exit", remove);
  try {
    const compiler = await run(process.execPath, [...step.command, ...step.into(aside)], { cwd: root });
    const output = compiler.output.trim();
    if (compiler.status !== 0) {
      if (diskFull.test(output)) throw new SetUpError(explain(output, step.name));
      throw new SetUpError(
        `${output}\nThe ${step.name} did not compile: mend what is listed above and run this again.`,
      );
    }
    for (const file of listFiles(aside, () => true)) putInPlace(file, join(step.target, relative(aside, file)));
  } finally {
    process.off("exit", remove);
    remove();
  }
  removeOrphans(step);
  writeAside(stampFile(root, step), key);
}

/** Moves a compiled file to where it is used; one that says the same stays untouched. */
function putInPlace(file, target) {
  if (existsSync(target) && readFileSync(target).equals(readFileSync(file))) return;
  mkdirSync(dirname(target), { recursive: true });
  renameSync(file, target);
}

const stampFile = (root, step) => join(root, "data", "cache", "stamps", `${step.name}.txt`);

/** Contents, not times: a checkout or a copy of the folder changes times and nothing else. */
function stampKey(root, step) {
  return digest(step.sources.flatMap((file) => [relative(root, file), readText(file) ?? ""]));
}

/** Compiled files whose source is gone would still be found by `require` and by the test runner. */
function removeOrphans(step) {
  if (!step.outputFolder) return;
  const kept = new Set(step.outputs.map((file) => file.replace(/\.js$/, "")));
  for (const file of listFiles(step.outputFolder, (name) => /\.(js|js\.map|d\.ts)$/.test(name))) {
    const isOfAnother = step.besides !== undefined && file.startsWith(join(step.besides, "/"));
    if (!isOfAnother && !kept.has(file.replace(/\.(js|js\.map|d\.ts)$/, ""))) rmSync(file, { force: true });
  }
}

function listFiles(folder, isWanted, skip = []) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    const isSkipped = skip.includes(entry.name) || entry.name.startsWith(asidePrefix);
    if (entry.isDirectory()) return isSkipped ? [] : listFiles(path, isWanted, skip);
    return isWanted(entry.name) ? [path] : [];
  });
}

export function writeAside(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

export function digest(texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text ?? "").update("\0");
  return hash.digest("hex");
}
