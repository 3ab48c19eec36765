import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectFolder } from "rnn-dynamics/dist/places";

/** The functions of lib/cli/setup-*.mjs that are tested; they are plain JavaScript and have no types of their own. */
interface SetUpSteps {
  setUp(options: {
    withTests?: boolean;
    root: string;
    log(line: string): void;
    complain(line: string): void;
  }): Promise<boolean>;
  isInstalled(root: string): boolean;
  explain(text: string, what: string): string;
  npmCommand(env: NodeJS.ProcessEnv, platform?: string): { command: string; args: string[]; shell: boolean };
}

const cli = join(projectFolder, "lib", "cli");

describe("cli/setup", () => {
  let steps: SetUpSteps;
  let root: string;
  before(async () => {
    const [own, guard] = ["setup-steps.mjs", "setup-guard.mjs"].map((file) => pathToFileURL(join(cli, file)).href);
    steps = { ...(await import(own)), ...(await import(guard)) };
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "rnn dynamics set-up ")); // with spaces, as a user's folder may have
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  /** A copy of what set-up needs, so that it can be run without touching this project. */
  const copyProject = () => {
    for (const file of [
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "lib/package.json",
      "lib/tsconfig.json",
    ]) {
      write(file, readFileSync(join(projectFolder, file), "utf8"));
    }
    cpSync(cli, join(root, "lib", "cli"), { recursive: true, filter: (path) => !path.endsWith(".ts") });
  };

  describe("Node", () => {
    const asNode = (version: string) => {
      write(
        "old-node.cjs",
        `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
      );
      return spawnSync(process.execPath, ["--require", join(root, "old-node.cjs"), join(cli, "setup.mjs")], {
        encoding: "utf8",
        cwd: root,
      });
    };

    it("that is too old is refused in one sentence", () => {
      for (const version of ["12.22.0", "18.20.4", "20.18.3"]) {
        const { status, stderr, stdout } = asNode(version);
        assert.equal(status, 1);
        assert.equal(stdout, "");
        assert.match(
          stderr,
          new RegExp(`^This project needs Node 20.19 or newer, and this is Node ${version}: .*\\.\\n$`),
        );
      }
    });

    it("of long ago can still read the file that says so", () => {
      const code = readFileSync(join(cli, "setup.mjs"), "utf8").replace(/^\s*\/\/.*$/gm, "");
      assert.doesNotMatch(code, /\?\.|\?\?|["']node:|\bawait\b|#\w|\|\|=|&&=|\d_\d|^import /m);
    });
  });

  describe("the packages", () => {
    const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });
    const entry = (version: string, more: object = {}) => ({ version, integrity: `sha512-${version}`, ...more });
    const elsewhere = process.platform === "win32" ? "linux" : "win32";
    const wanted = {
      "": {},
      lib: { version: "0.1.0" },
      "node_modules/rnn-dynamics": { resolved: "lib", link: true },
      "node_modules/rnn-claims": { resolved: "notebooks/claims", link: true },
      "node_modules/a": entry("1.0.0"),
      "node_modules/only-elsewhere": entry("1.0.0", { optional: true, os: [elsewhere] }),
      "node_modules/only-here": entry("1.0.0", { optional: true, os: [process.platform], cpu: [process.arch] }),
    };
    const present = { "node_modules/a": entry("1.0.0"), "node_modules/only-here": entry("1.0.0") };
    const put = (installed: object | undefined, withLink = true) => {
      write("package-lock.json", lock(wanted));
      if (installed) write("node_modules/.package-lock.json", lock(installed));
      for (const name of withLink ? ["rnn-dynamics", "rnn-claims"] : [])
        write(`node_modules/${name}/package.json`, "{}");
    };

    it("are left alone when they are what the lockfile says", () => {
      put(present);
      assert.equal(steps.isInstalled(root), true);
    });

    it("are installed when one has another version or checksum, or is missing", () => {
      put({ ...present, "node_modules/a": entry("1.0.1") });
      assert.equal(steps.isInstalled(root), false);
      put({ ...present, "node_modules/a": { ...entry("1.0.0"), integrity: "sha512-other" } });
      assert.equal(steps.isInstalled(root), false);
      put({ "node_modules/only-here": entry("1.0.0") });
      assert.equal(steps.isInstalled(root), false);
    });

    it("are installed when they were made for another system, or the link to lib is gone", () => {
      put({ "node_modules/a": entry("1.0.0"), "node_modules/only-elsewhere": entry("1.0.0") });
      assert.equal(steps.isInstalled(root), false);
      rmSync(join(root, "node_modules"), { recursive: true });
      put(present, false);
      assert.equal(steps.isInstalled(root), false);
    });

    it("are installed again after an installation that was broken off", () => {
      put(undefined); // npm writes its record last
      assert.equal(steps.isInstalled(root), false);
    });

    it("that cannot be fetched for lack of a network are explained in one sentence, and nothing is half done", () => {
      copyProject();
      const env = { ...process.env, npm_config_offline: "true", npm_config_cache: join(root, "empty cache") };
      const run = spawnSync(process.execPath, [join(root, "lib", "cli", "setup.mjs")], {
        encoding: "utf8",
        env,
        cwd: root,
      });
      assert.equal(run.status, 1);
      assert.match(
        run.stderr,
        /^npm ci: the packages could not be fetched, there is no network; .* run this again\.\n$/,
      );
      assert.equal(steps.isInstalled(root), false);
    });

    it("that npm could not unpack on a full disk are not taken for installed, though npm itself ends well", () => {
      copyProject();
      put(present); // as if everything were there
      rmSync(join(root, "node_modules", "rnn-dynamics"), { recursive: true });
      write("npm-cli.js", 'console.error("npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write");');
      const env = { ...process.env, npm_execpath: join(root, "npm-cli.js") };
      const setUp = [join(root, "lib", "cli", "setup.mjs")];
      const run = spawnSync(process.execPath, setUp, { encoding: "utf8", env, cwd: root });
      assert.equal(run.status, 1);
      assert.equal(run.stderr, "npm ci: the disk is full; free 2 GB and run the same command again.\n");
      assert.equal(existsSync(join(root, "node_modules", ".package-lock.json")), false);
    });

    it("need npm, which is called without a shell wherever its script is known", () => {
      const script = join(root, "npm-cli.js");
      write("npm-cli.js", "");
      assert.deepEqual(steps.npmCommand({ npm_execpath: script }, "win32"), {
        command: process.execPath,
        args: [script],
        shell: false,
      });
      assert.deepEqual(steps.npmCommand({}, "win32"), { command: "npm.cmd", args: [], shell: true });
      assert.deepEqual(steps.npmCommand({}, "linux"), { command: "npm", args: [], shell: false });
      copyProject();
      const env = { PATH: join(root, "nowhere") };
      const run = spawnSync(process.execPath, [join(root, "lib", "cli", "setup.mjs")], {
        encoding: "utf8",
        env,
        cwd: root,
      });
      assert.equal(run.status, 1);
      assert.match(run.stderr, /^npm is missing: .*\.\n$/);
    });
  });

  describe("compiling", () => {
    const setUp = async (withTests = false) => {
      const lines: string[] = [];
      const complaints: string[] = [];
      const log = (line: string) => lines.push(line);
      const isReady = await steps.setUp({ root, withTests, log, complain: (line) => complaints.push(line) });
      assert.equal(complaints.length, isReady ? 0 : 1);
      return { isReady, lines, complaint: complaints[0] };
    };
    beforeEach(() => {
      copyProject();
      symlinkSync(join(projectFolder, "node_modules"), join(root, "node_modules"), "junction");
      write("lib/index.ts", "export const one: number = 1;\n");
      // the slow step, which depends on the lockfile alone, is done already
      for (const file of ["data/cache/plotly.min.js", "data/cache/stamps/plotly.js.txt"]) {
        write(file, readFileSync(join(projectFolder, file), "utf8"));
      }
    });
    // the link, not what it points to
    afterEach(() => unlinkSync(join(root, "node_modules")));

    it("is done once, and again after a change of a source or the loss of an output", async () => {
      assert.deepEqual((await setUp()).lines, ["Compiling lib …"]);
      assert.deepEqual((await setUp()).lines, []);
      write("lib/index.ts", "export const one: number = 11;\n");
      assert.deepEqual((await setUp()).lines, ["Compiling lib …"]);
      unlinkSync(join(root, "lib", "dist", "index.js"));
      assert.deepEqual((await setUp()).lines, ["Compiling lib …"]);
      assert.match(readFileSync(join(root, "lib", "dist", "index.js"), "utf8"), /one = 11/);
    });

    it("makes plotly.js small, with its licence", async () => {
      unlinkSync(join(root, "data", "cache", "plotly.min.js"));
      assert.deepEqual((await setUp()).lines, ["Compiling lib …", "Compiling plotly.js …"]);
      const text = readFileSync(join(root, "data", "cache", "plotly.min.js"), "utf8");
      assert.ok(text.startsWith("/**") && text.length > 3e6 && text.length < 6e6, `${text.length} characters`);
    });

    it("removes what a source that is gone has left", async () => {
      write("lib/numerics/gone.ts", "export const two: number = 2;\n");
      await setUp();
      unlinkSync(join(root, "lib", "numerics", "gone.ts"));
      assert.equal((await setUp()).isReady, true);
      for (const end of ["js", "d.ts", "js.map"]) {
        assert.equal(existsSync(join(root, "lib", "dist", "numerics", `gone.${end}`)), false);
      }
    });

    it("includes solutions when there are any, and tests when they are asked for", async () => {
      write("notebooks/solutions/01.ts", "export const answer: number = 42;\n");
      write("test/a.test.ts", 'import { answer } from "../notebooks/solutions/01";\nconsole.log(answer);\n');
      assert.deepEqual((await setUp()).lines, ["Compiling lib …", "Compiling solutions …"]);
      assert.ok(existsSync(join(root, "data", "cache", "build", "notebooks", "solutions", "01.js")));
      assert.deepEqual((await setUp(true)).lines, ["Compiling tests …"]);
      assert.ok(existsSync(join(root, "data", "cache", "build", "test", "a.test.js")));
      assert.deepEqual((await setUp(true)).lines, []);
      assert.deepEqual((await setUp()).lines, []);
    });

    it("touches no file that says the same as before, and leaves nothing beside it", async () => {
      write("lib/two.ts", "export const two: number = 2;\n");
      await setUp();
      const file = join(root, "lib", "dist", "two.js");
      const { ino, mtimeMs } = statSync(file);
      write("lib/index.ts", "export const one: number = 111;\n");
      await setUp();
      const { ino: ino2, mtimeMs: mtimeMs2 } = statSync(file);
      assert.deepEqual([ino2, mtimeMs2], [ino, mtimeMs]);
      assert.deepEqual(readdirSync(join(root, "lib")).sort(), [
        "cli",
        "dist",
        "index.ts",
        "package.json",
        "tsconfig.json",
        "two.ts",
      ]);
      const map = JSON.parse(readFileSync(join(root, "lib", "dist", "two.js.map"), "utf8"));
      assert.deepEqual(map.sources, ["../two.ts"]);
    });

    it("is done by one of several that are asked at the same time; the others wait for it", async () => {
      const outcomes = await Promise.all([setUp(), setUp(), setUp()]);
      assert.ok(outcomes.every(({ isReady }) => isReady));
      const lines = outcomes.flatMap((outcome) => outcome.lines);
      assert.equal(lines.filter((line) => line === "Compiling lib …").length, 1);
      assert.equal(lines.filter((line) => line.startsWith("Another set-up is under way")).length, 2);
      assert.equal(existsSync(join(root, "data", "cache", "set-up.lock")), false);
    });

    it("does not wait for a set-up that was killed", async () => {
      write("data/cache/set-up.lock", "1 gone");
      const longAgo = new Date(Date.now() - 60_000);
      utimesSync(join(root, "data", "cache", "set-up.lock"), longAgo, longAgo);
      assert.ok((await setUp()).lines.includes("Compiling lib …"));
    });

    it("that fails is not remembered as done", async () => {
      write("lib/index.ts", 'export const one: number = "1";\n');
      assert.match(
        (await setUp()).complaint,
        /index\.ts\(1,14\): error [^\n]*\nThe lib did not compile: mend [^\n]*\.$/,
      );
      assert.equal((await setUp()).isReady, false);
    });
  });

  describe("a failure", () => {
    it("is put into one sentence that says what to do, without an address", () => {
      const disk = steps.explain(
        "npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write",
        "npm ci",
      );
      assert.equal(disk, "npm ci: the disk is full; free 2 GB and run the same command again.");
      const network = steps.explain("npm error code EAI_AGAIN\nrequest to https://registry.example/x failed", "npm ci");
      assert.match(network, /^npm ci: the packages could not be fetched, there is no network; [^\n]*\.$/);
      assert.match(steps.explain("npm error code EACCES", "npm ci"), /may not be written here/);
      assert.match(steps.explain("npm error code EUSAGE", "npm ci"), /disagree/);
      assert.doesNotMatch(steps.explain("weird https://registry.example/x", "npm ci"), /example/);
    });
  });
});
