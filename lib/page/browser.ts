/** The installed browser that prints figures: finding it on the three systems. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const commands = [
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
  "microsoft-edge",
  "microsoft-edge-stable",
];

const macApplications = [
  "Google Chrome.app/Contents/MacOS/Google Chrome",
  "Chromium.app/Contents/MacOS/Chromium",
  "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

const windowsPrograms = [
  "Google\\Chrome\\Application\\chrome.exe",
  "Chromium\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];

type Environment = Record<string, string | undefined>;

/** Every place where a browser may be, the best first. */
function places(platform: string, env: Environment): string[] {
  if (platform === "win32") {
    const roots = [env.PROGRAMFILES, env["PROGRAMFILES(X86)"], env.LOCALAPPDATA];
    return windowsPrograms.flatMap((program) => roots.flatMap((root) => (root ? [`${root}\\${program}`] : [])));
  }
  const onPath = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = commands.flatMap((command) => onPath.map((folder) => join(folder, command)));
  if (platform !== "darwin") return [...found, "/opt/google/chrome/chrome", "/snap/bin/chromium"];
  const roots = ["/Applications", ...(env.HOME ? [join(env.HOME, "Applications")] : [])];
  return [...macApplications.flatMap((program) => roots.map((root) => `${root}/${program}`)), ...found];
}

/**
 * The program file of an installed Chrome, Chromium or Edge, or undefined.
 *
 * CHROME_PATH comes first and alone: who names a browser wants no other, so a wrong path finds none.
 *
 * @param platform as `process.platform` names it
 * @param env the environment variables
 * @param exists whether a file is there
 */
export function findBrowser(
  platform: string = process.platform,
  env: Environment = process.env,
  exists: (file: string) => boolean = existsSync,
): string | undefined {
  if (env.CHROME_PATH) return exists(env.CHROME_PATH) ? env.CHROME_PATH : undefined;
  return places(platform, env).find(exists);
}
