import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { readBytes } from "../files/json-file";
import { makeFolder, writeAside } from "../files/write-aside";
import { kernelArguments } from "./kernel";
import { folders, runCommand } from "./terminal";

/** Where Jupyter looks for a user's kernels: JUPYTER_DATA_DIR, or the place its own rules give on this system. */
export function jupyterDataFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  if (platform === "win32") return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME ?? join(home, ".local", "share"), "jupyter");
}

/** The name, or the first of NAME-2, NAME-3 … that no file has. */
function freeName(name: string): string {
  for (let k = 1; ; k++) {
    const free = k === 1 ? name : `${name}-${k}`;
    if (!existsSync(free)) return free;
  }
}

/** A kernelspec has a few hundred. */
const mostBytes = 1_000_000;

/**
 * Tells Jupyter (and VS Code, which looks in the same place) how to start this project's kernel. The paths are
 * absolute: the PATH of a server or an editor need not know node or tslab.
 *
 * @returns the kernelspec file
 */
export function writeKernelspec(dataFolder: string = jupyterDataFolder()): string {
  const file = join(dataFolder, "kernels", "tslab", "kernel.json");
  const spec = {
    argv: [process.execPath, ...kernelArguments("{connection_file}")],
    display_name: "TypeScript (tslab)",
    language: "typescript",
  };
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  const old = existsSync(file) ? readBytes("lab", file, mostBytes, "move it away") : Buffer.from(text);
  makeFolder("lab", dirname(file));
  // somebody's own installation of tslab: kept beside, never lost
  if (!old.equals(Buffer.from(text)) && !old.includes("TypeScript (tslab)"))
    writeAside("lab", freeName(`${file}.before`), old);
  writeAside("lab", file, text);
  return file;
}

/** The Jupyter programs in the order of preference: how to ask whether one is there, and how to open it. */
const programs: readonly (readonly string[])[] = [
  ["jupyter", "lab"],
  ["jupyter", "notebook"],
  ["jupyter-lab"],
  ["jupyter-notebook"],
  [process.platform === "win32" ? "python" : "python3", "-m", "jupyterlab"],
];

function findProgram(): readonly string[] | undefined {
  return programs.find(([command, ...args]) => {
    const run = spawnSync(command, [...args, "--version"], { stdio: "ignore" });
    return run.status === 0;
  });
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== "--no-open");
  if (unknown !== undefined) throw new Error(`lab: ${unknown} is unknown, expected --no-open or nothing`);
  console.log(`Kernel "TypeScript (tslab)" written to ${writeKernelspec()}`);
  if (args.includes("--no-open")) return 0;
  const program = findProgram();
  if (!program) {
    console.log('No Jupyter found: "pip install jupyterlab", then "npm run lab" again; or open notebooks/ in VS Code.');
    return 0;
  }
  const [command, ...rest] = program;
  const asRoot = process.getuid?.() === 0 ? ["--allow-root"] : []; // Jupyter refuses root, as in a container, without it
  console.log(`Opening ${program.join(" ")} in ${folders.notebooks} (Ctrl-C twice ends it)`);
  const child = spawn(command, [...rest, ...asRoot], { cwd: folders.notebooks, stdio: "inherit" });
  process.on("SIGINT", () => {}); // Jupyter asks before it stops; this process ends after it
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`lab: ${command} did not start (${error.message})`)));
    child.once("close", (code) => resolve(code ?? 0));
  });
}

if (require.main === module) void runCommand(main);
