/**
 * The steps of the set-up. Plain JavaScript, because it runs before anything is compiled, and without any package,
 * because it runs before anything is installed.
 *
 * Each step has a stamp, written after it has succeeded: a run that was interrupted finds no stamp and does it again.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { alone, guardTree, readText, run } from "./setup-guard.mjs";

const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A failure that one sentence explains; everything else keeps its stack. */
export class SetUpError extends Error {}

/** The scripts of package.json: what each runs after the set-up, and whether that needs the tests compiled. */
const commands = {
  __proto__: null,
  start: { file: "lib/dist/cli/run-notebooks.js", isOneTree: true },
  test: { file: "lib/dist/cli/gate.js", isOneTree: true, withTests: true },
  lab: { file: "lib/dist/cli/lab.js" },
  "student-copy": { file: "lib/dist/cli/student-copy.js" },
  replicate: { file: "lib/dist/cli/replicate.js" },
  bench: { file: "data/cache/build/test/bench/bench.js", withTests: true },
  golden: { file: "data/cache/build/test/golden/golden.js", withTests: true },
  "search-faults": { file: "data/cache/build/test/search-faults.js", withTests: true },
};

/**
 * The set-up, and the command named by the first word, in one process: a signal to a script of two commands would end
 * the shell between them and leave what it has started.
 */
export async function setUpAndRun([name, ...args]) {
  const command = commands[name];
  if (name !== undefined && name !== "--tests" && !command) {
    console.error(`setup: ${name} is unknown, expected --tests, ${Object.keys(commands).join(", ")}, or nothing`);
    process.exitCode = 1;
    return;
  }
  const guard = guardTree();
  const isReady = await setUp({ withTests: command?.withTests ?? name === "--tests" });
  if (!isReady || !command?.isOneTree) guard.stop(); // the others compute in this thread and heed signals themselves
  if (!isReady) process.exitCode = 1;
  if (!isReady || !command) return;
  process.argv.splice(1, process.argv.length - 1, join(projectFolder, command.file), ...args);
  Module.runMain();
}

/** Brings everything up to date; explains a failure in one sentence and returns false. */
export async function setUp({
  withTests = false,
  root = projectFolder,
  log = console.log,
  complain = console.error,
} = {}) {
  try {
    const isReady = () => isInstalled(root) && !compileSteps(root, withTests).some((step) => isStale(root, step));
    if (isReady()) return true;
    mkdirSync(join(root, "data", "cache"), { recursive: true });
    await alone(root, log, async () => {
      await installPackages(root, log);
      await compileAll(root, compileSteps(root, withTests), log);
    });
    return true;
  } catch (error) {
    complain(error instanceof SetUpError ? error.message : explain(String(error?.message ?? error), "Set-up"));
    return false;
  }
}

// ---------------------------------------------------------------- packages

async function installPackages(root, log) {
  if (isInstalled(root)) return;
  log("Installing the packages (the first time a few minutes, about 680 MB on disk) …");
  const { command, args, shell } = npmCommand(process.env);
  // npm writes its record last: without it, kernels that run know that packages are being replaced, and wait
  rmSync(join(root, "node_modules", ".package-lock.json"), { force: true });
  const npm = await run(command, [...args, ...installArguments], { cwd: root, shell });
  if (npm.error?.code === "ENOENT" || npm.status === 127 || (shell && npm.status === 9009)) {
    throw new SetUpError("npm is missing: install Node with its npm (nodejs.org has both) and run this again.");
  }
  const output = `${npm.error?.message ?? ""}\n${npm.output}`;
  // npm only warns of files it could not unpack on a full disk, and ends well; so its record cannot be trusted then
  if (npm.status !== 0 || diskFull.test(output) || output.includes("TAR_ENTRY_ERROR")) {
    rmSync(join(root, "node_modules", ".package-lock.json"), { force: true });
    throw new SetUpError(explain(output, "npm ci"));
  }
  writeAside(installStamp(root), installKey(root));
}

// The compilers are development packages, so `include` overrides a NODE_ENV=production; a dead network is noticed after
// some seconds instead of npm's minutes; install scripts are never needed.
const installArguments = [
  "ci",
  "--ignore-scripts",
  "--include=dev",
  "--include=optional",
  "--no-audit",
  "--no-fund",
  "--fetch-retries=3",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=8000",
];

/** How to call npm: through the running npm's own script where there is one, which needs no shell on any system. */
export function npmCommand(env, platform = process.platform) {
  const script = env.npm_execpath;
  if (script && basename(script) === "npm-cli.js" && existsSync(script)) {
    return { command: process.execPath, args: [script], shell: false };
  }
  return platform === "win32"
    ? { command: "npm.cmd", args: [], shell: true }
    : { command: "npm", args: [], shell: false };
}

/** Whether node_modules is what the lockfile says. */
export function isInstalled(root) {
  const own = ["rnn-dynamics", "rnn-claims"].map((name) => join(root, "node_modules", name, "package.json"));
  if (!own.every((file) => existsSync(file))) return false;
  const stamp = readText(installStamp(root));
  return stamp === installKey(root) || matchesLockfile(root);
}

const installStamp = (root) => join(root, "node_modules", ".rnn-dynamics-installed");

function installKey(root) {
  return `${digest([readText(join(root, "package-lock.json"))])} ${process.platform} ${process.arch}`;
}

/** Compares with npm's own record of what it has put there; npm writes that last, so a broken-off install has none. */
function matchesLockfile(root) {
  try {
    const [wanted, present] = [join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json")].map(
      (file) => JSON.parse(readFileSync(file, "utf8")).packages,
    );
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes("node_modules/") || entry.link) return true;
      const other = present[path];
      if (!other) return entry.optional === true && !isForThisMachine(entry);
      return other.version === entry.version && other.integrity === entry.integrity;
    });
  } catch {
    return false; // missing, or damaged: npm says which, and why
  }
}

/** Of packages that exist once per C library exactly one is installed; which one does not matter here. */
function isForThisMachine(entry) {
  if (entry.libc || (!entry.os && !entry.cpu)) return false;
  return (
    (entry.os ?? [process.platform]).includes(process.platform) && (entry.cpu ?? [process.arch]).includes(process.arch)
  );
}

// ---------------------------------------------------------------- compiling

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
      name: "kernels",
      sources: [...listFiles(folder, (name) => /\.(ts|json)$/.test(name)), join(root, "package-lock.json")],
      outputs: [join(dist, "kernels.wasm")],
      target: dist,
      into: (aside) => ["--outFile", join(aside, "kernels.wasm")],
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
async function compileAll(root, steps, log) {
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

// ---------------------------------------------------------------- sentences

const diskFull = /ENOSPC|EDQUOT|no space left/i;

/** Causes by the words in which npm, the compilers or the system tell of them, and what to do. */
const causes = [
  [diskFull, "the disk is full; free 2 GB and run the same command again."],
  [/EACCES|EPERM|EROFS/, "a file may not be written here; make the project folder yours to write and run this again."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|network/i,
    "the packages could not be fetched, there is no network; connect (only this once) and run this again.",
  ],
  [
    /EUSAGE|can only install packages when your package.json/i,
    'package.json and package-lock.json disagree; restore them with git, or run "npm install" to renew the lockfile.',
  ],
];

/** One sentence on what went wrong and what to do; addresses never appear in it. */
export function explain(text, what) {
  const cure = causes.find(([signs]) => signs.test(text))?.[1];
  if (cure) return `${what}: ${cure}`;
  const tail = text.trim().split("\n").slice(-15).join("\n");
  return `${tail.replace(/https?:\/\/\S+/g, "(address)")}\n${what} failed; the lines above are its last words.`;
}

// ---------------------------------------------------------------- files

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

function writeAside(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

function digest(texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text ?? "").update("\0");
  return hash.digest("hex");
}
