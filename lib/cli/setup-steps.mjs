/**
 * The steps of the set-up. Plain JavaScript, because it runs before anything is compiled, and without any package,
 * because it runs before anything is installed.
 *
 * Each step has a stamp, written after it has succeeded: a run that was interrupted finds no stamp and does it again.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** A failure that one sentence explains; everything else keeps its stack. */
export class SetUpError extends Error {}

/** Brings everything up to date; explains a failure in one sentence and returns false. */
export function setUp({ withTests = false, root = projectFolder, log = console.log, complain = console.error } = {}) {
  try {
    mkdirSync(join(root, "data", "cache"), { recursive: true });
    installPackages(root, log);
    for (const step of compileSteps(root, withTests)) compile(root, step, log);
    return true;
  } catch (error) {
    complain(error instanceof SetUpError ? error.message : explain(String(error?.message ?? error), "Set-up"));
    return false;
  }
}

// ---------------------------------------------------------------- packages

function installPackages(root, log) {
  if (isInstalled(root)) return;
  log("Installing the packages (the first time a few minutes, about 660 MB on disk) …");
  const { command, args, shell } = npmCommand(process.env);
  const run = spawnSync(command, [...args, ...installArguments], {
    cwd: root,
    shell,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 1 << 28,
  });
  if (run.error?.code === "ENOENT" || run.status === 127 || (shell && run.status === 9009)) {
    throw new SetUpError("npm is missing: install Node with its npm (nodejs.org has both) and run this again.");
  }
  const output = `${run.error?.message ?? ""}\n${run.stdout}\n${run.stderr}`;
  // npm only warns of files it could not unpack on a full disk, and ends well; so its record cannot be trusted then
  if (run.status !== 0 || isDiskFull(output) || output.includes("TAR_ENTRY_ERROR")) {
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
  if (!existsSync(join(root, "node_modules", "rnn-dynamics", "package.json"))) return false;
  const stamp = readText(installStamp(root));
  return stamp === installKey(root) || matchesLockfile(root);
}

const installStamp = (root) => join(root, "node_modules", ".rnn-dynamics-installed");

function installKey(root) {
  return `${digest([readText(join(root, "package-lock.json"))])} ${process.platform} ${process.arch}`;
}

/** Compares with npm's own record of what it has put there; npm writes that last, so a broken-off install has none. */
function matchesLockfile(root) {
  const wanted = readJson(join(root, "package-lock.json"))?.packages;
  const present = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  if (!wanted || !present) return false;
  try {
    return Object.entries(wanted).every(([path, entry]) => {
      if (!path.includes("node_modules/") || entry.link) return true;
      const other = present[path];
      if (!other) return entry.optional === true && !isForThisMachine(entry);
      return other.version === entry.version && other.integrity === entry.integrity;
    });
  } catch {
    return false; // a damaged lockfile: npm says which, and why
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

/**
 * What is compiled from what. `sources` decide whether a step is out of date, `outputs` are the files that must exist,
 * `orphans` those whose source has gone.
 */
export function compileSteps(root, withTests) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const lib = listFiles(join(root, "lib"), (name) => name.endsWith(".ts"), ["dist", "kernels", "node_modules"]);
  const solutions = listFiles(join(root, "notebooks", "solutions"), (name) => name.endsWith(".ts"));
  const tests = listFiles(join(root, "test"), (name) => name.endsWith(".ts"));
  const kernels = listFiles(join(root, "lib", "kernels"), (name) => /\.(ts|json)$/.test(name));
  const dist = join(root, "lib", "dist");
  const build = join(root, "data", "cache", "build");
  const configs = [join(root, "lib", "tsconfig.json"), join(root, "package-lock.json")];
  const compiled = (files, from, to) =>
    files.filter((f) => !f.endsWith(".d.ts")).map((f) => join(to, relative(from, f).replace(/\.ts$/, ".js")));
  const steps = [
    {
      name: "lib",
      sources: [...lib, ...configs],
      outputs: compiled(lib, join(root, "lib"), dist),
      outputFolder: dist,
      command: [tsc, "-p", join(root, "lib")],
    },
  ];
  if (existsSync(join(root, "lib", "kernels", "index.ts"))) {
    const index = join(root, "lib", "kernels", "index.ts");
    const config = join(root, "lib", "kernels", "asconfig.json");
    steps.push({
      name: "kernels",
      sources: [...kernels, join(root, "package-lock.json")],
      outputs: [join(dist, "kernels.wasm")],
      command: [join(root, "node_modules", "assemblyscript", "bin", "asc.js"), index, "--config", config],
    });
  }
  const plotly = join(root, "node_modules", "plotly.js-dist", "plotly.js");
  if (existsSync(plotly)) {
    steps.push({
      name: "plotly.js",
      sources: [join(root, "package-lock.json")],
      outputs: [join(root, "data", "cache", "plotly.min.js")],
      command: ["-e", minify],
    });
  }
  if (solutions.length > 0) {
    const config = join(root, "data", "cache", "tsconfig.solutions.json");
    steps.push({
      name: "solutions",
      sources: [...solutions, ...lib, ...configs, join(root, "tsconfig.json")],
      outputs: compiled(solutions, root, build),
      outputFolder: join(build, "notebooks"),
      before: () => writeAside(config, solutionsConfig),
      command: [tsc, "-p", config],
    });
  }
  if (withTests) {
    steps.push({
      name: "tests",
      sources: [...tests, ...solutions, ...lib, ...configs, join(root, "tsconfig.json")],
      outputs: compiled(tests, root, build),
      outputFolder: join(build, "test"),
      command: [tsc, "-p", root],
    });
  }
  return steps;
}

// Half of plotly.js's 10 MB: it goes to every page, and into every copy without pictures. The licence stays in front.
const minify = `
  const source = require("node:fs").readFileSync(require.resolve("plotly.js-dist"), "utf8");
  require("esbuild").buildSync({
    stdin: { contents: source },
    banner: { js: source.slice(0, source.indexOf("*/") + 2) },
    outfile: "data/cache/plotly.min.js",
    minify: true,
    logLevel: "error",
  });`;

// The solutions alone, so that `npm start` needs no tests: the same settings, another list of files.
const solutionsConfig = `${JSON.stringify(
  {
    extends: "../../tsconfig.json",
    compilerOptions: { rootDir: "../..", outDir: "build", types: ["node"] },
    include: ["../../notebooks/solutions/**/*.ts"],
    exclude: [],
  },
  null,
  2,
)}\n`;

/** Whether a step has to be done: a source has changed, or an output is not there. */
export function isStale(root, step) {
  return readText(stampFile(root, step)) !== stampKey(root, step) || !step.outputs.every((file) => existsSync(file));
}

function compile(root, step, log) {
  if (!isStale(root, step)) return;
  const key = stampKey(root, step);
  log(`Compiling ${step.name} …`);
  removeOrphans(step);
  step.before?.();
  const run = spawnSync(process.execPath, step.command, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 });
  const output = `${run.stdout}${run.stderr}`.trim();
  if (run.status !== 0) {
    if (isDiskFull(output)) throw new SetUpError(explain(output, step.name));
    throw new SetUpError(`${output}\nThe ${step.name} did not compile: mend what is listed above and run this again.`);
  }
  writeAside(stampFile(root, step), key);
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
    if (!kept.has(file.replace(/\.(js|js\.map|d\.ts)$/, ""))) rmSync(file, { force: true });
  }
}

// ---------------------------------------------------------------- sentences

const isDiskFull = (text) => /ENOSPC|EDQUOT|no space left/i.test(text);

/** One sentence on what went wrong and what to do; addresses never appear in it. */
export function explain(text, what) {
  if (isDiskFull(text)) return `${what}: the disk is full; free 2 GB and run the same command again.`;
  if (/EACCES|EPERM|EROFS/.test(text)) {
    return `${what}: a file may not be written here; make the project folder yours to write and run this again.`;
  }
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|network/i.test(
      text,
    )
  ) {
    return `${what}: the packages could not be fetched, there is no network; connect (only this once) and run this again.`;
  }
  if (/EUSAGE|can only install packages when your package.json/i.test(text)) {
    return `${what}: package.json and package-lock.json disagree; restore them with git, or run "npm install" to renew the lockfile.`;
  }
  const tail = text.trim().split("\n").slice(-15).join("\n");
  return `${tail.replace(/https?:\/\/\S+/g, "(address)")}\n${what} failed; the lines above are its last words.`;
}

// ---------------------------------------------------------------- files

function listFiles(folder, isWanted, skip = []) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skip.includes(entry.name) ? [] : listFiles(path, isWanted, skip);
    return isWanted(entry.name) ? [path] : [];
  });
}

function writeAside(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.tmp`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(file) {
  try {
    return JSON.parse(readText(file) ?? "");
  } catch {
    return undefined;
  }
}

function digest(texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text ?? "").update("\0");
  return hash.digest("hex");
}
