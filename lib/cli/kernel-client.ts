import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as zmq from "zeromq";

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

/** How to start a kernel. */
export interface KernelOptions {
  /** Its working directory: packages are resolved upwards from here. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The kernel's process has ended although nobody asked for it. */
export class KernelDiedError extends Error {}

const readySeconds = 120; // a cold start takes 2 s; on a busy machine with a cold disk 25
const settleMilliseconds = 2000; // the answer to "are you there" takes 3 ms, unless the cell left work behind
const graceMilliseconds = 1000; // from "please stop" to SIGTERM, and from there to SIGKILL

const running = new Set<KernelClient>();
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
  for (const kernel of running) kernel.kill();
}

/** Starts the tslab kernel of this project and waits until it answers. */
export async function startKernel(options: KernelOptions): Promise<KernelClient> {
  for (let attempt = 1; ; attempt++) {
    const kernel = new KernelClient(options, await freePorts(5));
    try {
      await kernel.ready();
      return kernel;
    } catch (error) {
      kernel.kill();
      await kernel.close();
      // Ports are free when they are chosen; by the time the kernel binds them another process may have them.
      if (attempt < 3 && kernel.log.includes("EADDRINUSE")) continue;
      throw error;
    }
  }
}

interface Pending {
  onReply(content: Record<string, unknown>): void;
  onMessage(message: KernelMessage): void;
}

/**
 * One tslab kernel process and the sockets to it: the Jupyter messaging protocol 5.3 over ZeroMQ, without Python.
 *
 * The kernel gets a process group of its own, so that Ctrl-C in the terminal reaches only the runner, and so that
 * killing it takes along the workers and browsers it has started.
 */
export class KernelClient {
  private readonly process: ChildProcess;
  private readonly folder: string;
  private readonly key = randomBytes(16).toString("hex");
  private readonly session = randomUUID();
  private readonly shell: zmq.Dealer;
  private readonly control: zmq.Dealer;
  private readonly broadcast: zmq.Subscriber;
  private readonly pending = new Map<string, Pending>();
  private readonly exited: Promise<void>;
  private readonly died: Promise<never>;
  private isClosing = false;
  /** The last words of the process itself, which are not part of any cell. */
  log = "";

  constructor(options: KernelOptions, ports: number[]) {
    const [shellPort, broadcastPort, stdinPort, controlPort, heartbeatPort] = ports;
    this.folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-kernel-"));
    const connection = join(this.folder, "connection.json");
    writeFileSync(
      connection,
      JSON.stringify({
        shell_port: shellPort,
        iopub_port: broadcastPort,
        stdin_port: stdinPort,
        control_port: controlPort,
        hb_port: heartbeatPort,
        ip: "127.0.0.1",
        key: this.key,
        transport: "tcp",
        signature_scheme: "hmac-sha256",
        kernel_name: "tslab",
      }),
      { mode: 0o600 },
    );
    this.process = spawn(process.execPath, [tslabProgram(), "kernel", `--config-path=${connection}`], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    running.add(this);
    const keep = (data: Buffer) => {
      this.log = (this.log + data.toString()).slice(-4000);
    };
    this.process.stdout?.on("data", keep);
    this.process.stderr?.on("data", keep);
    let ending = "";
    this.exited = new Promise((resolve) => {
      this.process.once("error", (error) => {
        ending = error.message;
        resolve();
      });
      this.process.once("exit", (code, signal) => {
        ending = signal ? `signal ${signal}` : `exit code ${code}`;
        setTimeout(resolve, 100); // its last words are still in the pipe; "close" might never come, if a child holds it
      });
    });
    this.died = this.exited.then(() => {
      running.delete(this);
      throw new KernelDiedError(`the kernel died (${ending})${this.log ? `\n${this.log.trim()}` : ""}`);
    });
    this.died.catch(() => {});

    this.shell = new zmq.Dealer({ routingId: this.session, linger: 0 });
    this.control = new zmq.Dealer({ routingId: `${this.session}-control`, linger: 0 });
    // No high-water mark: a cell that prints 20,000 lines must arrive whole.
    this.broadcast = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
    this.shell.connect(`tcp://127.0.0.1:${shellPort}`);
    this.control.connect(`tcp://127.0.0.1:${controlPort}`);
    this.broadcast.connect(`tcp://127.0.0.1:${broadcastPort}`);
    this.broadcast.subscribe();
    this.listen(this.shell, "reply");
    this.listen(this.control, "reply");
    this.listen(this.broadcast, "message");
  }

  /** Waits until the kernel answers and its broadcasts are heard. */
  async ready(): Promise<void> {
    const until = Date.now() + readySeconds * 1000;
    while (!(await this.roundTrip(1000))) {
      if (Date.now() > until) throw new Error(`the kernel did not answer within ${readySeconds} s\n${this.log}`);
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
      this.died.catch(reject);
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
   * Waits for everything that the kernel has sent so far. The `idle` that should end a cell's output can be lost
   * (TOOLCHAIN: tslab never awaits its sends), so a question is sent after it: its echo comes after all the rest.
   */
  async settle(): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt++) if (await this.roundTrip(settleMilliseconds)) return;
  }

  /** SIGINT: stops a synchronous cell at once; the work of an asynchronous one may go on. */
  interrupt(): void {
    this.process.kill("SIGINT");
  }

  /** SIGKILL for the kernel and all its children. */
  kill(): void {
    const { pid } = this.process;
    if (pid === undefined || this.process.exitCode !== null || this.process.signalCode !== null) return;
    if (process.platform === "win32") {
      spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore" });
      return;
    }
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      this.process.kill("SIGKILL"); // the group is gone; so, as a rule, is the process
    }
  }

  /** Asks the kernel to stop, then insists; returns when the process has ended and the sockets are closed. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    const ask = this.send(this.control, "shutdown_request", { restart: false }, { onReply() {}, onMessage() {} });
    ask.catch(() => {});
    const insist = setTimeout(() => this.process.kill("SIGTERM"), graceMilliseconds);
    const force = setTimeout(() => this.kill(), 2 * graceMilliseconds);
    await this.exited;
    clearTimeout(insist);
    clearTimeout(force);
    running.delete(this);
    for (const socket of [this.shell, this.control, this.broadcast]) socket.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Asks for the kernel's name; true when both the answer and the broadcast `idle` after it arrive in time. */
  private async roundTrip(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<boolean>((resolve) => {
      let isAnswered = false;
      let isIdle = false;
      const check = () => {
        if (isAnswered && isIdle) resolve(true);
      };
      timer = setTimeout(() => resolve(false), milliseconds);
      const listener: Pending = {
        onReply: () => {
          isAnswered = true;
          check();
        },
        onMessage: ({ type, content }) => {
          if (type === "status" && content.execution_state === "idle") isIdle = true;
          check();
        },
      };
      this.send(this.shell, "kernel_info_request", {}, listener).catch(() => resolve(false));
    });
    try {
      return await Promise.race([answered, this.died]);
    } finally {
      clearTimeout(timer);
    }
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
    const signature = createHmac("sha256", this.key);
    for (const part of parts) signature.update(part);
    this.pending.set(header.msg_id, listener);
    await socket.send([delimiter, signature.digest("hex"), ...parts]);
  }

  /** Hands every message to whoever sent the request it belongs to, until the socket is closed. */
  private async listen(socket: zmq.Dealer | zmq.Subscriber, kind: "reply" | "message"): Promise<void> {
    try {
      for await (const frames of socket) {
        const start = frames.findIndex((frame) => frame.toString() === delimiter) + 2;
        const [header, parent, , content] = frames.slice(start, start + 4).map((frame) => JSON.parse(frame.toString()));
        const listener = this.pending.get(parent.msg_id);
        if (kind === "reply") listener?.onReply(content);
        else listener?.onMessage({ type: header.msg_type, content });
      }
    } catch {
      // closed while waiting
    }
  }
}

const delimiter = "<IDS|MSG>";

/** The script that starts tslab; a path, so that neither PATH nor a global installation matters. */
export function tslabProgram(): string {
  return join(dirname(require.resolve("tslab/package.json")), "bin", "tslab");
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
