import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as TypeScript from "@tslab/typescript-for-tslab";
import { Matrix } from "ml-matrix";
import * as claims from "rnn-claims";
import * as lib from "rnn-dynamics";
import { projectFolder } from "rnn-dynamics/dist/places";

type Fn = (...values: unknown[]) => unknown;
type Path = readonly (string | number)[];

const ts: typeof TypeScript = createRequire(require.resolve("tslab/package.json"))("@tslab/typescript-for-tslab");

/** These act on threads or the page, or work for seconds, when they are called rightly. */
const left = new Set([
  ...[
    "createPool",
    "closeBrowser",
    "network.retrain",
    "claims.record",
    "claims.measured",
    "check",
    "training.film",
    "flow.passageTime",
  ],
]);

/** Values of types that no record of plain fields can stand for. */
const ofType: Record<string, () => unknown> = {
  Matrix: () => new Matrix([[0.5, 0.1], [0.2, 0.4]]), // biome-ignore format: a matrix
  AbstractMatrix: () => ofType.Matrix(),
  Float64Array: () => Float64Array.of(0.5, -0.25),
  Float32Array: () => Float32Array.of(0.5, -0.25),
  Int32Array: () => Int32Array.of(1, 2),
  Uint8Array: () => Uint8Array.of(1, 2),
  Map: () => new Map(),
  Rng: () => lib.numbers.rng(1),
  Flow: () => lib.flow.twoWells,
  AbortSignal: () => new AbortController().signal,
  JobPool: () => undefined,
};
/** Values of fields whose number must lie where 2 does not. */
const ofNumber: Record<string, number> = { pulseRate: 0.5, mu: 0.1, noisyPart: 0.5, bitAccuracy: 1, unit: 0, settle: 10 }; // biome-ignore format: a table
/** Matrices as rows one after the other. */
const rowMajor = new Set(["weights", "A", "B", "data"]);

/** A value of a declared type: the right kinds at every depth, small, different from place to place of a list. */
function sample(checker: TypeScript.TypeChecker, type: TypeScript.Type, name = "", place = 0, depth = 0): unknown {
  const of = (inner: TypeScript.Type, its = name, at = place): unknown => sample(checker, inner, its, at, depth + 1);
  const { flags, symbol } = type;
  if (depth > 8) return 1;
  if (type.isUnion()) {
    const parts = type.types.filter((part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)));
    return of(parts.find((part) => part.flags & ts.TypeFlags.Object) ?? parts[0]);
  }
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value;
  if (flags & ts.TypeFlags.BooleanLike) return true;
  if (flags & ts.TypeFlags.NumberLike) return ofNumber[name] ?? 2 + place;
  if (flags & ts.TypeFlags.StringLike) return place > 0 ? "y" : "x";
  if (flags & ts.TypeFlags.BigIntLike) return 2n;
  if (type.isTypeParameter() && type.getConstraint()) return of(type.getConstraint() as TypeScript.Type);
  if (!(flags & ts.TypeFlags.Object) && !type.isIntersection()) return { x: 1 };
  if (symbol?.name === "Float64Array" && rowMajor.has(name)) return Float64Array.of(2, 0.2, 0.3, 3);
  for (const known of [type.aliasSymbol?.name, symbol?.name]) if (known && known in ofType) return ofType[known]();
  const inner = checker.getTypeArguments(type as TypeScript.TypeReference);
  if (["Array", "ReadonlyArray", "ArrayLike"].includes(symbol?.name)) {
    return name === "bits" ? [1, -1] : [of(inner[0]), of(inner[0], name, place + 1)];
  }
  if ((type as TypeScript.TupleType).objectFlags & ts.ObjectFlags.Reference && "target" in type && !symbol) {
    return inner.map((part) => of(part));
  }
  const [call] = type.getCallSignatures();
  if (call) return () => of(call.getReturnType());
  const record: Record<string, unknown> = {};
  for (const field of type.getProperties()) {
    const where = field.valueDeclaration ?? field.declarations?.[0];
    const its = where ? checker.getTypeOfSymbolAtLocation(field, where) : checker.getTypeOfSymbol(field);
    record[field.name] = of(its, field.name);
  }
  const rest = type.getStringIndexType();
  return rest && Object.keys(record).length === 0 ? { x: of(rest) } : record;
}

/** Every place in a value, four levels deep; of a list the first member. */
function placesIn(value: unknown, depth = 4, path: Path = []): Path[] {
  const isPlain =
    typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && !(value instanceof Matrix);
  if (depth === 0 || !isPlain) return [path];
  const keys = Array.isArray(value) ? value.slice(0, 1).map((_, i) => i) : Object.keys(value);
  return [
    path,
    ...keys.flatMap((key) => placesIn((value as Record<Path[0], unknown>)[key], depth - 1, [...path, key])),
  ];
}

/** The value with something else at one place; what is not on the way there is shared. */
function exchanged(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = Array.isArray(value)
    ? [...value]
    : Object.assign(Object.create(Object.getPrototypeOf(value)), value as object);
  copy[key] = exchanged(copy[key], rest, by);
  return copy;
}

/** The public functions with arguments of the types they declare. */
function publicCalls(): { name: string; call: Fn; args: unknown[] }[] {
  const [index, ofClaims] = ["lib", "notebooks/claims"].map((place) =>
    join(projectFolder, place, "dist", "index.d.ts"),
  );
  const program = ts.createProgram([index, ofClaims], {
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    strict: true,
    skipLibCheck: true,
  });
  const checker = program.getTypeChecker();
  const own = (s: TypeScript.Symbol) => (s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s);
  const callsOf = (module: TypeScript.Symbol, space: object, prefix: string): ReturnType<typeof publicCalls> =>
    checker.getExportsOfModule(module).flatMap((exported) => {
      const value = (space as Record<string, unknown>)[exported.name];
      const symbol = own(exported);
      if (typeof value === "object" && value !== null && symbol.flags & ts.SymbolFlags.ValueModule)
        return callsOf(symbol, value, `${prefix}${exported.name}.`);
      const isTried = typeof value === "function" && !left.has(`${prefix}${exported.name}`);
      if (!isTried || !symbol.valueDeclaration) return [];
      const [signature] = checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration).getCallSignatures();
      const args = (signature?.getParameters() ?? []).map((parameter) =>
        sample(checker, checker.getTypeOfSymbolAtLocation(parameter, declared(parameter)), parameter.name),
      );
      return signature ? [{ name: `${prefix}${exported.name}`, call: value as Fn, args }] : [];
    });
  const symbolOf = (file: string) =>
    checker.getSymbolAtLocation(program.getSourceFile(file) as TypeScript.SourceFile) as TypeScript.Symbol;
  return [...callsOf(symbolOf(index), lib, ""), ...callsOf(symbolOf(ofClaims), claims, "claims.")];
}

const declared = (parameter: TypeScript.Symbol) => parameter.valueDeclaration as TypeScript.Declaration;

describe("every public record", () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "rnn-dynamics-nested-"));
  before(() => process.chdir(folder)); // a text may be taken for a file's name
  after(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });
  const calls = publicCalls();

  it("is tried, and most functions take what their types promise", async () => {
    let right = 0;
    for (const { call, args } of calls) {
      try {
        await call(...args);
        right++;
      } catch (error) {
        assert.match(String((error as Error).message), /\S/);
      }
    }
    assert.ok(calls.length > 150 && right > 100, `${right} of ${calls.length}`);
  });

  for (const { name, call, args } of calls) {
    it(`that ${name} is given answers with a value, or with a refusal in words, when a part of it is not there`, async () => {
      for (const path of args.flatMap((arg, i) => placesIn(arg).map((inner) => [i, ...inner]))) {
        for (const by of [null, "x", {}]) {
          try {
            await call(...(exchanged(args, path, by) as unknown[]));
          } catch (error) {
            const what = `${path.join(".")} is ${JSON.stringify(by)}: ${error}`;
            assert.match((error as Error).message, /^[\w.]+: /, what);
            assert.ok(error instanceof RangeError || (error as Error).constructor === Error, what);
          }
        }
      }
    });
  }
});
