import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import * as zmq from "zeromq";
import { removeFolder } from "../files/write-aside";
import { kernelFolderPrefix } from "../page/kernel-guard";
import { codeFolder } from "../places";
import { killTree } from "./terminal";

/** What a kernel says while a cell runs, or after it: one message of the Jupyter protocol's broadcast channel. */
export interface KernelMessage {
  readonly type: string;
  readonly content: Record<string, unknown>;
}

/** The kernel's answer to a cell. */
export interface ExecuteReply {
  readonly status: "ok" | "error" | "abort";
  readonly executionCount: number | null;
}

const readySeconds = 120; // a cold start takes 2 s; on a busy machine with a cold disk 25
const settleMilliseconds = 2000; // the answer to "are you there" takes 3 ms, unless the cell left work behind
const mostSilences = 5; // in a row, before what is missing counts as lost

/**
 * Races that a kernel can lose while it starts, told by its log; it then never answers, and another one is started.
 * EADDRINUSE: ports are free when they are chosen; by the time the kernel binds them another process may have them.
 * Blocked by a bind: tslab reads from its sockets before they are bound, and gives up if a request comes in between.
 */
const lostRace = /EADDRINUSE|Socket is blocked by a bind/;
const mostStarts = 5;

/** Starts the tslab kernel of this project and waits until it answers. */
export async function startKernel(options: KernelOptions): Promise<KernelClient> {
  for (let attempt = 1; ; attempt++) {
    const kernel = new KernelClient(new KernelProcess(options, await freePorts()));
    try {
      await kernel.ready();
      return kernel;
    } catch (error) {
      kernel.process.kill();
      await kernel.close();
      if (attempt < mostStarts && lostRace.test(kernel.process.log)) continue;
      throw error;
    }
  }
}

interface Pending {
  onReply(content: Record<string, unknown>): void;
  onMessage(message: KernelMessage): void;
}

/** The sockets to one kernel: the Jupyter messaging protocol 5.3 over ZeroMQ, without Python. */
export class KernelClient {
  private readonly session = randomUUID();
  private readonly shell = new zmq.Dealer({ routingId: this.session, linger: 0 });
  private readonly control = new zmq.Dealer({ routingId: `${this.session}-control`, linger: 0 });
  // No high-water mark: a cell that prints 20,000 lines must arrive whole.
  private readonly broadcast = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  private readonly pending = new Map<string, Pending>();
  private isClosing = false;
  private heard = 0; // messages so far

  constructor(readonly process: KernelProcess) {
    this.shell.connect(process.connection.shell);
    this.control.connect(process.connection.control);
    this.broadcast.connect(process.connection.broadcast);
    this.broadcast.subscribe();
    this.listen(this.shell, "reply");
    this.listen(this.control, "reply");
    this.listen(this.broadcast, "message");
  }

  /** Waits until the kernel answers and its broadcasts are heard. */
  async ready(): Promise<void> {
    const until = Date.now() + readySeconds * 1000;
    while (!(await this.roundTrip(1000, 50))) {
      if (Date.now() > until || lostRace.test(this.process.log))
        throw new Error(`the kernel did not answer within ${readySeconds} s\n${this.process.log}`);
    }
  }

  /**
   * Runs a cell and waits for its reply and for everything printed before it.
   *
   * Messages of the cell that arrive later (from a timer, from a promise nobody awaits) still go to its `onMessage`.
   *
   * @throws KernelDiedError if the process ends
   */
  async execute(code: string, onMessage: (message: KernelMessage) => void): Promise<ExecuteReply> {
    const reply = await new Promise<Record<string, unknown>>((resolve, reject) => {
      this.process.died.catch(reject);
      this.send(
        this.shell,
        "execute_request",
        { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true },
        { onReply: resolve, onMessage },
      ).catch(reject);
    });
    await this.settle();
    const count = reply.execution_count;
    const status = reply.status === "ok" || reply.status === "abort" ? reply.status : "error";
    return { status, executionCount: typeof count === "number" ? count : null };
  }

  /**
   * Waits for everything that the kernel has sent so far. The `idle` that should end a cell's output can be lost, for
   * tslab never awaits its sends; so a question is sent after the cell: its echo comes after all the rest.
   */
  async settle(): Promise<void> {
    for (let silences = 0; silences < mostSilences; ) {
      const heard = this.heard;
      if (await this.roundTrip(settleMilliseconds)) return;
      if (this.heard === heard) silences++; // else it is only slow: 20,000 lines on a busy machine
    }
  }

  /** Asks the kernel to stop, then insists; returns when the process has ended and the sockets are closed. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    const ask = this.send(this.control, "shutdown_request", { restart: false }, { onReply() {}, onMessage() {} });
    ask.catch(() => {});
    await this.process.end();
    for (const socket of [this.shell, this.control, this.broadcast]) socket.close();
  }

  /**
   * Asks for the kernel's name; true when both the answer and the broadcast `idle` after it arrive in time.
   *
   * @param afterReply how long to listen once the answer is there: a kernel that begins may broadcast before it is heard
   */
  private async roundTrip(milliseconds: number, afterReply: number = milliseconds): Promise<boolean> {
    const within = async (work: Promise<void>, limit: number): Promise<boolean> => {
      const isOver = pause(limit, false, { ref: false });
      return Promise.race([work.then(() => true), isOver, this.process.died]);
    };
    let onIdle = (): void => {};
    const idle = new Promise<void>((resolve) => {
      onIdle = resolve;
    });
    const answered = new Promise<void>((resolve) => {
      const onMessage = ({ type, content }: KernelMessage): void => {
        if (type === "status" && content.execution_state === "idle") onIdle();
      };
      // what cannot be sent is not answered
      this.send(this.shell, "kernel_info_request", {}, { onReply: () => resolve(), onMessage }).catch(() => {});
    });
    return (await within(answered, milliseconds)) && (await within(idle, afterReply));
  }

  private async send(socket: zmq.Dealer, type: string, content: object, listener: Pending): Promise<void> {
    const header = {
      msg_id: randomUUID(),
      session: this.session,
      username: "rnn-dynamics",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", this.process.connection.key);
    for (const part of parts) signature.update(part);
    this.pending.set(header.msg_id, listener);
    await socket.send([delimiter, signature.digest("hex"), ...parts]);
  }

  /** Hands every message to whoever sent the request it belongs to, until the socket is closed. */
  private async listen(socket: zmq.Dealer | zmq.Subscriber, kind: "reply" | "message"): Promise<void> {
    try {
      for await (const frames of socket) {
        this.heard++;
        const start = frames.findIndex((frame) => frame.toString() === delimiter) + 2;
        const [header, parent, , content] = frames.slice(start, start + 4).map((frame) => JSON.parse(frame.toString()));
        const listener = this.pending.get(parent.msg_id);
        if (kind === "reply") listener?.onReply(content);
        else listener?.onMessage({ type: header.msg_type, content });
      }
    } catch (error) {
      if (!socket.closed) throw error; // else closed while waiting, as meant
    }
  }
}

const delimiter = "<IDS|MSG>";

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
    this.recordedFile = join(this.folder, "recorded");
    const file = join(this.folder, "connection.json");
    writeFileSync(file, JSON.stringify(connectionFile(ports, key)), { mode: 0o600 });
    const [shell, broadcast, control] = ports.map((port) => `tcp://127.0.0.1:${port}`);
    this.connection = { shell, broadcast, control, key };
    this.child = spawn(process.execPath, kernelArguments(file), {
      cwd,
      env: environment(env, this.folder, this.recordedFile),
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

/** A kernel's own temporary files lie in its folder, too: a browser that is killed leaves its profile. */
function environment(env: NodeJS.ProcessEnv, folder: string, recordedFile: string): NodeJS.ProcessEnv {
  const own = folder.length <= longestTemporary ? { TMPDIR: folder, TMP: folder, TEMP: folder } : {};
  return { ...env, ...own, JPY_PARENT_PID: String(process.pid), RNN_DYNAMICS_RECORDED: recordedFile };
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
