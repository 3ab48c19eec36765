import { createHmac, randomUUID } from "node:crypto";
import * as zmq from "zeromq";
import { freePorts, type KernelOptions, KernelProcess } from "./kernel-process";

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
          clearTimeout(timer);
          timer = setTimeout(() => resolve(false), afterReply);
        },
        onMessage: ({ type, content }) => {
          if (type === "status" && content.execution_state === "idle") isIdle = true;
          check();
        },
      };
      this.send(this.shell, "kernel_info_request", {}, listener).catch(() => resolve(false));
    });
    try {
      return await Promise.race([answered, this.process.died]);
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
