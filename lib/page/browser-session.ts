/** One running browser with a page kept open, and nothing left of it when it ends. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { findBrowser } from "./browser";

/** A browser that is running. */
export interface BrowserSession {
  readonly page: Page;
  isOpen(): boolean;
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

/** Longest time for the browser to start, and again for its page: seconds, but half a minute was once too short. */
const longestStartMs = 180_000;

/** What keeps a browser from speaking to the network, asking questions, or needing a graphics card. */
const browserArguments = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
];

/**
 * Starts the installed browser on a page.
 *
 * Its profile is a temporary folder of ours, because it has to go also when the process ends in haste: playwright-core
 * then kills the browser and tries once to remove the profile, which fails while the browser's helpers still write.
 *
 * @param url the page to open
 * @throws Error if the browser does not start or the page does not load
 */
export async function openBrowser(url: string): Promise<BrowserSession> {
  // by require, which waits while the packages are being installed anew
  const { chromium } = require("playwright-core") as typeof import("playwright-core");
  const profile = mkdtempSync(join(tmpdir(), "rnn-dynamics-browser-"));
  const forget = (): void => removeFolder(profile);
  try {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findBrowser(),
      args: browserArguments,
      timeout: longestStartMs,
      // an interrupt is for the cell that runs, not for the browser
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    // after playwright-core's own listener, which kills the browser
    process.once("exit", forget);
    let isOpen = true;
    context.once("close", () => {
      isOpen = false;
    });
    // not on "close", which comes before the browser's processes have ended: they would still write
    const close = async (): Promise<void> => {
      await context.close();
      process.off("exit", forget);
      forget();
    };
    try {
      const page = await context.newPage();
      await page.goto(url, { timeout: longestStartMs });
      return { page, isOpen: () => isOpen, newPage: () => context.newPage(), close };
    } catch (error) {
      await close();
      throw error;
    }
  } catch (error) {
    forget();
    throw error;
  }
}

const tries = 500;
const pauseMs = 20;

/**
 * Removes a folder whose last writers may not have ended yet: tries for ten seconds, without giving up the thread, since
 * a process that ends has no later. A writer may also make the folder anew, so it must be gone at two looks. (Node's own
 * retries start afresh in every folder and take many seconds.)
 */
export function removeFolder(folder: string): void {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let k = 0, absences = 0; k < tries && absences < 2; k++) {
    if (k > 0) Atomics.wait(clock, 0, 0, pauseMs);
    try {
      absences = existsSync(folder) ? 0 : absences + 1;
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // written to while it was being emptied: try again
    }
  }
}
