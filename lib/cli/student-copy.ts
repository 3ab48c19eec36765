/**
 * A copy of the project to hand out: all that `npm start` and `npm run lab` need, and no answers.
 *
 *     npm run student-copy -- FOLDER
 *
 * Left out are notebooks/solutions, the tests, git's files, packages and caches, and cells tagged "lecturer". In the
 * notebooks, answers and solutions that fold open are replaced by a sentence, and so is every other link to a solution;
 * outputs are removed. It needs no git, so it also works in a downloaded archive.
 */
import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { readJsonRecord, refuseFile } from "../files/json-file";
import { reason } from "../files/write-aside";
import { projectFolder } from "../places";
import { listNotebooks, notebookFile, readNotebook, sourceOf, writeNotebook } from "./notebook-file";
import { runCommand, UsageError } from "./terminal";

/** What a student needs, by its path in the project. The notebooks and package.json are rewritten, not copied. */
const parts = [
  ...["LICENSE", "CITATION.cff", "package-lock.json", ".gitignore", "lib"],
  join("notebooks", "claims"),
  ...["README.md", "figures", "networks", "results"].map((name) => join("data", name)),
];
/** Names that are never copied, wherever they are: what the set-up makes, and what editors and systems leave behind. */
const leftOut = new Set(["node_modules", "dist", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", ".git"]);
/** The commands that work without tests and solutions. */
const commands = ["start", "lab"];

/** What was handed out. */
export interface StudentCopy {
  readonly folder: string;
  readonly notebooks: number;
  readonly files: number;
  /** Answers and solutions that were taken out of the texts. */
  readonly answers: number;
}

/**
 * Makes the copy: aside, then renamed, so that the folder is either whole or not there.
 *
 * @param target a folder that does not exist or is empty, outside the project; its parent must exist
 * @param from the project to copy
 * @throws RangeError if the target is in use or out of place; Error if something cannot be read or written
 */
export function studentCopy(target: string, from: string = projectFolder): StudentCopy {
  const folder = checkTarget(target, from);
  const aside = join(dirname(folder), `.${basename(folder).slice(0, 40)}.${randomBytes(8).toString("hex")}.part`);
  try {
    for (const name of ["data", "notebooks"]) mkdirSync(join(aside, name), { recursive: true });
    for (const part of parts) copyPart(join(from, part), join(aside, part));
    writeFileSync(join(aside, "package.json"), studentPackage(join(from, "package.json")));
    writeFileSync(join(aside, "README.md"), readme);
    const answers = copyNotebooks(join(from, "notebooks"), join(aside, "notebooks"));
    const files = countFiles(aside);
    if (existsSync(folder)) rmdirSync(folder); // empty, as has been checked; Windows renames onto no folder
    renameSync(aside, folder);
    return { folder, notebooks: listNotebooks(join(folder, "notebooks")).length, files, answers };
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new Error(`student-copy: ${folder} cannot be written, ${reason(error)}; nothing is left of it`, {
      cause: error,
    });
  }
}

function checkTarget(target: string, from: string): string {
  const reject = (what: string, wanted: string): never => {
    throw new RangeError(`student-copy: ${target} ${what}, expected ${wanted}`);
  };
  if (typeof target !== "string" || target === "") {
    throw new RangeError("student-copy: the folder is missing, expected npm run student-copy -- FOLDER");
  }
  const folder = resolve(target);
  const parent = dirname(folder);
  if (!existsSync(parent)) reject(`lies in ${parent}, which does not exist`, "a folder whose parent exists");
  const place = join(realpathSync(parent), basename(folder));
  if (`${place}${sep}`.startsWith(`${realpathSync(from)}${sep}`)) {
    reject("is in the project itself", "a folder outside it, such as ../for-students");
  }
  if (!existsSync(folder)) return folder;
  if (!statSync(folder).isDirectory()) reject("is a file", "a new or empty folder");
  const held = readdirSync(folder);
  if (held.length > 0) reject(`holds ${held[0]}${held.length > 1 ? " and more" : ""}`, "a new or empty folder");
  return folder;
}

/** A file or a folder with all that is in it; what does not exist is not missed, links are not followed. */
function copyPart(from: string, to: string): void {
  if (!existsSync(from)) return;
  const filter = (path: string): boolean => {
    const entry = lstatSync(path);
    return !leftOut.has(basename(path)) && (entry.isFile() || entry.isDirectory());
  };
  cpSync(from, to, { recursive: true, filter });
}

/** The same packages, only the commands that work. */
export function studentPackage(file: string): string {
  const advice = "restore it: git checkout -- package.json";
  const contents = readJsonRecord("student-copy", file, { kind: "a package.json", advice });
  const all = contents.scripts;
  if (typeof all !== "object" || all === null) return refuseFile("student-copy", file, "has no scripts", advice);
  const scripts = Object.fromEntries(Object.entries(all).filter(([name]) => commands.includes(name)));
  return `${JSON.stringify({ ...contents, scripts }, null, 2)}\n`;
}

function copyNotebooks(from: string, to: string): number {
  let answers = 0;
  for (const name of listNotebooks(from)) {
    const notebook = readNotebook(notebookFile(from, name));
    notebook.cells = notebook.cells.filter(({ metadata }) => !metadata.tags?.includes("lecturer"));
    for (const cell of notebook.cells.filter((cell) => cell.cell_type !== "code")) {
      const { text, count } = withoutAnswers(sourceOf(cell));
      cell.source = text;
      answers += count;
    }
    writeNotebook(notebookFile(to, name), notebook);
  }
  return answers;
}

const folded = /<details>\s*<summary>([^<]*)<\/summary>[\s\S]*?<\/details>/g;
const handedOut = "*(Not in this copy: your lecturer has it.)*";

/**
 * A text without what folds open under "Answers", "Solution", "One solution" … and without links to solutions.
 *
 * Explanations stay: they belong to what is being taught. A link that stands elsewhere keeps its words.
 */
export function withoutAnswers(text: string): { text: string; count: number } {
  let count = 0;
  const hidden = text.replace(folded, (whole, summary: string) => {
    if (!/\b(answers?|solutions?)\b/i.test(summary)) return whole;
    count++;
    return `${summary}: ${handedOut}`;
  });
  const links = /<a\s[^>]*href="[^"]*solutions\/[^"]*"[^>]*>[\s\S]*?<\/a>|\[([^\]]*)\]\([^)]*solutions\/[^)]*\)/g;
  const unlinked = hidden.replace(links, (_, words?: string) => {
    count++;
    return words === undefined ? "not in this copy" : `${words} (not in this copy)`;
  });
  return { text: unlinked, count };
}

const countFiles = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

const readme = `# See how a recurrent network computes: the student's copy

Notebooks in TypeScript on Eric Jang's paper *Recurrent Neural Networks: a Dynamical Systems Perspective* (2015). You
need [Node](https://nodejs.org) 20.19 or newer, and this folder. Nothing else.

\`\`\`sh
npm run lab            # opens JupyterLab or Notebook with the kernel of this project, or says how to get one
npm start -- 01        # runs notebook 01 without Jupyter; the executed copy is in data/out/
\`\`\`

The first command downloads about 200 MB of packages (680 MB on disk) and compiles the library; later ones start at once.
In VS Code: install the *Jupyter* extension, run \`npm run lab -- --no-open\` once, open a file of \`notebooks/\`, and choose
*Jupyter Kernel → TypeScript (tslab)*.

Begin with \`notebooks/00-start-here.ipynb\`. This copy has no solutions: \`check\` answers "cannot be checked", and all
notebooks run through. MIT licence; the paper and its code are by Eric V. Jang.
`;

function main(args: readonly string[]): number {
  const option = args.find((arg) => arg.startsWith("-"));
  if (args.length !== 1 || option !== undefined) {
    const what = option === undefined ? `${args.length} folders are named` : `${option} is unknown`;
    throw new UsageError(`student-copy: ${what}, expected one folder\nusage: npm run student-copy -- FOLDER`);
  }
  // npm runs this in the project's folder, whichever folder the reader is in
  const here = process.env.INIT_CWD ?? "";
  const copy = studentCopy(resolve(here, args[0]));
  console.log(`${copy.notebooks} notebooks, ${copy.files} files, ${copy.answers} answers taken out → ${copy.folder}`);
  console.log(`Try it: cd "${relative(here, copy.folder)}" && npm start -- 01`);
  return 0;
}

if (require.main === module) void runCommand(main);
