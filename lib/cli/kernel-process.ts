import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeFolder } from "../page/browser-session";
import { kernelFolderPrefix } from "../page/parent-watch";
import { codeFolder } from "../places";

/** How to start a kernel. */
export interface KernelOptions {
  /** Its working directory: packages are resolved upwards from here. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds from "please stop" to SIGTERM, and from there to SIGKILL. */
  readonly grace?: number;
}

/** Where a kernel listens, and the key that signs what is said to it. */
export interface Connection {
  readonly shell: string;
  readonly broadcast: string;
  readonly control: string;
  readonly key: string;
}

/** The kernel's process has ended although nobody asked for it. */
export class KernelDiedError extends Error {}

const graceMilliseconds = 1000; // a kernel with a browser ends in half of it, unless the machine is very busy

/** A browser makes a socket 45 characters deeper, and the path of a socket may have 103 on macOS, 107 on Linux. */
const longestTemporary = 58;

const running = new Set<KernelProcess>();
// A tslab kernel outlives its parent, so nothing may end this process without ending the kernels first.
process.on("exit", () => killAllKernels());
for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    killAllKernels();
    process.kill(process.pid, signal); // this listener is gone now: the signal does what it would have done
  });
}

/** Ends every kernel at once, with all it has started. For exits and signals: does not wait. */
export function killAllKernels(): void {
  for (const kernel of running) {
    kernel.kill();
    kernel.removeFiles();
  }
}

/**
 * The arguments with which Node starts tslab under this project's preload; paths, so that neither PATH nor a global
 * installation matters.
 */
export function kernelArguments(connectionFile: string): string[] {
  const preload = join(codeFolder, "page", "kernel-preload.js");
  const tslab = join(dirname(require.resolve("tslab/package.json")), "bin", "tslab");
  return ["--require", preload, tslab, "kernel", `--config-path=${connectionFile}`];
}

/**
 * The process of one tslab kernel.
 *
 * It gets a process group of its own, so that Ctrl-C in the terminal reaches only the runner, and so that killing it
 * takes along the workers and browsers it has started.
 */
export class KernelProcess {
  readonly connection: Connection;
  /** Rejects when the process ends, whoever ended it. */
  readonly died: Promise<never>;
  /** The last words of the process itself, which are not part of any cell. */
  log = "";
  /** Where the kernel notes the claims whose verdicts it records, a line each. */
  readonly recordedFile: string;
  private readonly child: ChildProcess;
  private readonly folder: string;
  private readonly grace: number;
  private readonly exited: Promise<string>;

  /** @param ports five free ports, see `freePorts` */
  constructor({ cwd, env = process.env, grace = graceMilliseconds }: KernelOptions, ports: readonly number[]) {
    this.grace = grace;
    const key = randomBytes(16).toString("hex");
    const temporary = process.platform === "darwin" ? "/tmp" : (env.TMPDIR ?? tmpdir()); // macOS' own is a long one
    this.folder = mkdtempSync(join(temporary, kernelFolderPrefix));
    // the kernel's own temporary files lie in it, too: a browser that is killed leaves its profile
    const isShort = this.folder.length <= longestTemporary;
    const own = isShort ? { TMPDIR: this.folder, TMP: this.folder, TEMP: this.folder } : {};
    this.recordedFile = join(this.folder, "recorded");
    const file = join(this.folder, "connection.json");
    writeFileSync(file, JSON.stringify(connectionFile(ports, key)), { mode: 0o600 });
    const [shell, broadcast, control] = ports.map((port) => `tcp://127.0.0.1:${port}`);
    this.connection = { shell, broadcast, control, key };
    this.child = spawn(process.execPath, kernelArguments(file), {
      cwd,
      env: {
        ...env,
        ...own,
        JPY_PARENT_PID: String(process.pid),
        RNN_DYNAMICS_RECORDED: this.recordedFile,
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    running.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        this.log = (this.log + data.toString()).slice(-4000);
      });
    }
    this.exited = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(error.message));
      this.child.once("exit", (code, signal) => {
        // its last words are still in the pipe; "close" might never come, if a child of it holds the other end
        const ending = signal ? `signal ${signal}` : `exit code ${code}`;
        setTimeout(() => setImmediate(resolve, ending), 100); // what has arrived meanwhile is read before an immediate
      });
    });
    this.died = this.exited.then((ending) => {
      running.delete(this);
      throw new KernelDiedError(`the kernel died (${ending})${this.log ? `\n${this.log.trim()}` : ""}`);
    });
    this.died.catch(() => {});
  }

  /** SIGINT: stops a synchronous cell at once; the work of an asynchronous one may go on. */
  interrupt(): void {
    this.child.kill("SIGINT");
  }

  /** SIGKILL for the kernel and all its children. */
  kill(): void {
    killTree(this.child);
  }

  /** Waits for a process that has been asked to stop, insisting more and more; then removes its files. */
  async end(): Promise<void> {
    const insist = setTimeout(() => this.child.kill("SIGTERM"), this.grace);
    const force = setTimeout(() => this.kill(), 2 * this.grace);
    await this.exited;
    clearTimeout(insist);
    clearTimeout(force);
    running.delete(this);
    this.removeFiles();
  }

  /** Removes the connection file and what the kernel has left beside it. */
  removeFiles(): void {
    removeFolder(this.folder);
  }
}

/** SIGKILL for a process that leads a group of its own, and for all that it has started. */
export function killTree(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // the group is gone; so, as a rule, is the process
  }
}

function connectionFile([shell, broadcast, control, stdin, heartbeat]: readonly number[], key: string): object {
  return {
    shell_port: shell,
    iopub_port: broadcast,
    control_port: control,
    stdin_port: stdin,
    hb_port: heartbeat,
    ip: "127.0.0.1",
    key,
    transport: "tcp",
    signature_scheme: "hmac-sha256",
    kernel_name: "tslab",
  };
}

/** Five ports that nobody listens on now: one per channel of the protocol. */
export async function freePorts(): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
