import { createRequire, SourceMap } from "node:module";
import type * as TypeScript from "@tslab/typescript-for-tslab";

/** A place in a notebook: the number of the cell (from 1, all kinds counted) and the line in it (from 1). */
export interface Place {
  readonly cell: number;
  readonly line: number;
}

/** A code cell that has run, and its number. */
export interface RunCell {
  readonly number: number;
  readonly source: string;
}

/** A stack frame inside compiled cell code, as Node prints it. */
export interface Frame {
  /** Name of the function, empty for the top level and for anonymous functions. */
  readonly functionName: string;
  readonly line: number;
  readonly column: number;
}

/** The frames of an error text that lie in cells, innermost first. */
export function cellFrames(errorText: string): Frame[] {
  const frame = /^\s+at (?:async )?(?:(.*?) \()?evalmachine\.<anonymous>:(\d+):(\d+)\)?$/gm;
  return [...errorText.matchAll(frame)].map(([, name, line, column]) => ({
    functionName: (name ?? "").replace(/ \[as .*\]$|^(?:new |Object\.|exports\.|Proxy\.)|<anonymous>/g, ""),
    line: Number(line),
    column: Number(column),
  }));
}

/**
 * Where an error was thrown. tslab reports lines of the JavaScript it has made out of a cell, and calls every cell
 * `evalmachine.<anonymous>`. So the cells are compiled once more the way tslab does it, with source maps, and a frame is
 * looked up in the cell that it fits best: a function of its name around the line, a `new Error` at the very column.
 *
 * @param cells the code cells run so far; the last one is the one that failed
 * @returns one place per frame, innermost first; undefined for a frame that fits no cell
 */
export function trueLines(frames: readonly Frame[], cells: readonly RunCell[]): (Place | undefined)[] {
  const maps = cells.map(({ source }, index) =>
    compileCell(
      source,
      cells.slice(0, index).map((cell) => cell.source),
    ),
  );
  return frames.map((frame, depth) => {
    let best: Place | undefined;
    let bestScore = 0;
    // From the failed cell backwards, and only a better fit wins: a function is called by the name given last.
    for (let index = cells.length - 1; index >= 0; index--) {
      const line = maps[index].lineOf(frame);
      if (line === undefined || !maps[index].isTokenAt(frame)) continue;
      const isThrown = depth === 0 && maps[index].isConstructedAt(frame);
      const isNamed = frame.functionName !== "" && maps[index].isInside(frame.functionName, line);
      const score = 1 + (isNamed ? 4 : 0) + (isThrown ? 2 : 0) + (index === cells.length - 1 ? 1 : 0);
      if (score <= bestScore) continue;
      bestScore = score;
      best = { cell: cells[index].number, line };
    }
    return best;
  });
}

interface CellMap {
  lineOf(frame: Frame): number | undefined;
  /** Whether the line lies in a function of this name. */
  isInside(functionName: string, line: number): boolean;
  /** Whether a word or a bracket begins exactly there: in another cell's code it rarely does. */
  isTokenAt(frame: Frame): boolean;
  /** Whether `new …` stands there, as it does where an error is made. */
  isConstructedAt(frame: Frame): boolean;
}

const requireFromTslab = createRequire(require.resolve("tslab/package.json"));

/** Compiles a cell in the two steps of tslab (types off; modules to CommonJS), keeping both source maps. */
function compileCell(source: string, earlier: readonly string[]): CellMap {
  const ts: typeof TypeScript = requireFromTslab("@tslab/typescript-for-tslab");
  const own = declaredNames(ts, source);
  const before = new Set(earlier.flatMap((text) => declaredNames(ts, text)).filter((name) => !own.includes(name)));
  const text = withoutTypeImports(ts, source);
  const common: TypeScript.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
    noImplicitUseStrict: true,
    newLine: ts.NewLineKind.LineFeed,
    sourceMap: true,
  };
  const exported = declaredNames(ts, text);
  // The same first and last line as tslab's: they decide on which line the rest comes out.
  const first = ts.transpileModule(`export {};\n${text}${exported.length ? `\nexport {${exported.join(", ")}}` : ""}`, {
    fileName: "cell.ts",
    compilerOptions: { ...common, module: ts.ModuleKind.ESNext, experimentalDecorators: true },
    transformers: { after: [() => (file) => asTslabEmits(ts, file as TypeScript.SourceFile, before)] },
  });
  const second = ts.transpileModule(first.outputText, {
    fileName: "cell.js",
    compilerOptions: { ...common, module: ts.ModuleKind.CommonJS },
  });
  const toModule = new SourceMap(JSON.parse(second.sourceMapText ?? "{}"));
  const toSource = new SourceMap(JSON.parse(first.sourceMapText ?? "{}"));
  const lineCount = source.split("\n").length;
  const output = second.outputText.split("\n");
  const from = ({ line, column }: Frame) => {
    const text = output[line - 1] ?? "";
    return { before: text[column - 2] ?? " ", rest: text.slice(column - 1) };
  };
  return {
    lineOf({ line, column }) {
      const inModule = toModule.findEntry(line - 1, column - 1);
      if (!("originalLine" in inModule)) return undefined;
      const inSource = toSource.findEntry(inModule.originalLine, inModule.originalColumn);
      if (!("originalLine" in inSource)) return undefined;
      const found = inSource.originalLine; // counted from 0, and one line stands before the cell's own
      return found >= 1 && found <= lineCount ? found : undefined;
    },
    isTokenAt: (frame) => /^[^\w$]$/.test(from(frame).before) && /^[\w$([{"'`]/.test(from(frame).rest),
    isConstructedAt: (frame) => from(frame).rest.startsWith("new "),
    isInside: (functionName, line) =>
      functionRanges(ts, source, functionName).some((r) => r[0] <= line && line <= r[1]),
  };
}

/** What tslab changes before printing: names of earlier cells become `exports.name`, the last expression is kept. */
function asTslabEmits(ts: typeof TypeScript, file: TypeScript.SourceFile, before: ReadonlySet<string>) {
  const { factory } = ts;
  const context = (ts as unknown as { nullTransformationContext: TypeScript.TransformationContext })
    .nullTransformationContext;
  const visit = (node: TypeScript.Node): TypeScript.Node => {
    if (!ts.isIdentifier(node)) return ts.visitEachChild(node, visit, context);
    const isProperty = node.parent && ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
    if (isProperty || !before.has(node.text)) return node;
    return factory.createPropertyAccessExpression(factory.createIdentifier("exports"), node);
  };
  const statements = [...ts.visitEachChild(file, visit, context).statements];
  for (let i = statements.length - 1; i >= 0; i--) {
    const statement = statements[i];
    if (ts.isExportDeclaration(statement)) continue;
    if (!ts.isExpressionStatement(statement)) break;
    const value = factory.createVariableDeclaration("tsLastExpr", undefined, undefined, statement.expression);
    statements[i] = factory.createVariableStatement(
      [factory.createModifier(ts.SyntaxKind.ExportKeyword)],
      factory.createVariableDeclarationList([value], ts.NodeFlags.Const),
    );
    break;
  }
  return factory.updateSourceFile(file, statements);
}

/** The names a cell declares at its top level. */
function declaredNames(ts: typeof TypeScript, source: string): string[] {
  const file = parse(ts, `export {};\n${source}`);
  const { bindSourceFile } = ts as unknown as { bindSourceFile(file: TypeScript.SourceFile, options: object): void };
  bindSourceFile(file, {});
  return [...((file as unknown as { locals?: Map<string, unknown> }).locals?.keys() ?? [])];
}

/** Imports that are only types leave no trace in tslab's output; alone, a cell does not tell them from values. */
function withoutTypeImports(ts: typeof TypeScript, source: string): string {
  let text = source;
  for (const statement of parse(ts, source).statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const named = statement.importClause?.namedBindings;
    if (!named || !ts.isNamedImports(named)) continue;
    const values = valuesOf(statement.moduleSpecifier.text);
    if (!values) continue;
    for (const element of named.elements) {
      if (values.has((element.propertyName ?? element.name).text)) continue;
      const blank = " ".repeat(element.end - element.getStart());
      text = text.slice(0, element.getStart()) + blank + text.slice(element.end);
      text = text.replace(new RegExp(`${blank}\\s*,`), (all) => all.replace(",", " "));
    }
  }
  return text;
}

function valuesOf(moduleName: string): Set<string> | undefined {
  try {
    return new Set(Object.keys(require(moduleName)));
  } catch {
    return undefined; // cannot be loaded here: then it hardly worked in the cell either
  }
}

/** First and last lines of the functions, methods and function-valued variables of a name. */
function functionRanges(ts: typeof TypeScript, source: string, functionName: string): [number, number][] {
  const file = parse(ts, source);
  const name = functionName.split(".").at(-1);
  const ranges: [number, number][] = [];
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: TypeScript.Node): void => {
    const declared = (node as { name?: TypeScript.Node }).name;
    const isNamed = declared && ts.isIdentifier(declared) && declared.text === name;
    const isFunction =
      ts.isFunctionLike(node) ||
      ts.isVariableDeclaration(node) ||
      ts.isPropertyAssignment(node) ||
      ts.isClassLike(node);
    if (isNamed && isFunction) ranges.push([lineAt(node.getStart(file)), lineAt(node.end)]);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return ranges;
}

function parse(ts: typeof TypeScript, source: string): TypeScript.SourceFile {
  return ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
}
