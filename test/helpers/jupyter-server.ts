/** A Jupyter Notebook server of one's own: temporary settings, a kernelspec with this project's tslab, a free port. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { writeKernelspec } from "rnn-dynamics/dist/cli/lab";
import { projectTemporary } from "./project-temporary";

/** A running server. */
export interface JupyterServer {
  /** "http://127.0.0.1:PORT/" */
  readonly url: string;
  /** the folder it serves; inside the project, so that notebooks in it find `rnn-dynamics` */
  readonly folder: string;
  /** stops the server and its kernels and removes everything it wrote */
  stop(): Promise<void>;
}

const command = "jupyter-notebook";

/** Whether Jupyter Notebook is installed. */
export function hasJupyter(): boolean {
  return spawnSync(command, ["--version"], { timeout: 20 * 60_000 }).status === 0;
}

/** Starts a server that answers, or throws with what it said. */
export async function startJupyter(): Promise<JupyterServer> {
  const home = projectTemporary("jupyter-");
  const folder = join(home, "notebooks");
  mkdirSync(folder);
  writeKernelspec(join(home, "data"));
  const port = await freePort();
  const child = spawn(command, serverArguments(folder, port), {
    env: {
      ...process.env,
      JUPYTER_CONFIG_DIR: join(home, "config"),
      JUPYTER_DATA_DIR: join(home, "data"),
      JUPYTER_RUNTIME_DIR: join(home, "runtime"),
      JUPYTER_PATH: join(home, "data"),
      IPYTHONDIR: join(home, "ipython"),
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr?.on("data", (text) => {
    log += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    await stopKernels(url);
    await ended(child, exited);
    rmSync(home, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(`${url}api`)); tries++) {
    if (tries < 6000 && child.exitCode === null) continue;
    await stop();
    throw new Error(`${command} did not start:\n${log}`);
  }
  return { url, folder, stop };
}

function serverArguments(folder: string, port: number): string[] {
  return [
    "--no-browser",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--port-retries=0",
    `--notebook-dir=${folder}`,
    "--NotebookApp.token=",
    "--NotebookApp.password=",
    "--NotebookApp.disable_check_xsrf=True",
    "--NotebookApp.iopub_data_rate_limit=1e9",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return false;
  }
}

/** A kernel outlives its server when that is killed, so kernels are stopped first and by name. */
async function stopKernels(url: string): Promise<void> {
  try {
    const kernels = (await (await fetch(`${url}api/kernels`)).json()) as { id: string }[];
    for (const { id } of kernels) await fetch(`${url}api/kernels/${id}`, { method: "DELETE" });
  } catch {
    // no server, no kernels
  }
}

async function ended(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(timer);
}
