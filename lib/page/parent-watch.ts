/**
 * The thread that ends a kernel whose parent is gone, whatever the kernel computes at that time; see `endWithParent`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { removeFolder } from "./browser-session";

/** Name of the folder that a runner of this project makes for a kernel: its connection file and its temporary files. */
export const kernelFolderPrefix = "rnn-dynamics-kernel-";

const lookMs = 200;
/** How long the kernel may take to hear that it is to exit, and then to exit. */
const hearMs = 300;
const exitMs = 1400;

/** Ends this kernel at once: first what it has started, then what it leaves on the disk, then its process. */
export function endKernel(): void {
  const profiles: string[] = [];
  for (const { pid, command } of startedBy(process.pid)) {
    kill(-pid); // a browser leads a process group of its own
    kill(pid);
    const profile = /--user-data-dir=(.*?rnn-dynamics-browser-\w+)/.exec(command)?.[1];
    if (profile) profiles.push(profile);
  }
  const config = process.argv.find((word) => word.startsWith("--config-path="))?.slice("--config-path=".length);
  const folder = config ? dirname(config) : "";
  if (basename(folder).startsWith(kernelFolderPrefix)) profiles.push(folder);
  for (const profile of new Set(profiles)) removeFolder(profile);
  kill(-process.pid);
  kill(process.pid);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it is gone, or no group has this number, or the system has no groups
  }
}

interface Started {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The processes that a process has started, and theirs. */
function startedBy(pid: number): Started[] {
  const all = allProcesses();
  const found: Started[] = [];
  const parents = [pid];
  for (let i = 0; i < parents.length; i++) {
    const children = all.filter((one) => one.parent === parents[i]);
    found.push(...children);
    parents.push(...children.map((one) => one.pid));
  }
  return found;
}

/** From /proc, or else from ps; none on Windows, where what a kernel has started stays. */
function allProcesses(): Started[] {
  if (process.platform === "win32") return [];
  if (process.platform !== "linux") {
    const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,command="], { encoding: "utf8" });
    const lines = (stdout ?? "").matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm);
    return [...lines].map(([, pid, parent, command]) => ({ pid: Number(pid), parent: Number(parent), command }));
  }
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]);
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      return [{ pid: Number(name), parent, command }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function watch(heard: Int32Array): void {
  const first = process.ppid;
  // Jupyter names the parent as this project's runner does (on Windows by a handle, which is no use here): it may have
  // ended before this line is reached, and then this process has another parent already
  const named = process.platform === "win32" ? 0 : Number(process.env.JPY_PARENT_PID) || 0;
  let asked = 0;
  setInterval(() => {
    if (asked === 0) {
      if (process.ppid === first && isAlive(first) && (named <= 0 || isAlive(named))) return;
      asked = Date.now();
      parentPort?.postMessage("gone");
    } else if (Date.now() - asked > (heard[0] === 0 ? hearMs : exitMs)) endKernel();
  }, lookMs);
}

if (!isMainThread && workerData?.heard instanceof Int32Array) watch(workerData.heard);
