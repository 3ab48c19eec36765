/**
 * The set-up: packages, then what is compiled, then a command. Plain JavaScript, because it runs before anything is compiled, and without any package,
 * because it runs before anything is installed.
 *
 * Each step has a stamp, written after it has succeeded: a run that was interrupted finds no stamp and does it again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import Module from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileAll, compileSteps, digest, isStale, writeAside } from "./setup-compile.mjs";
import { alone, diskFull, explain, guardTree, readText, run, SetUpError } from "./setup-guard.mjs";

const projectFolder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

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
