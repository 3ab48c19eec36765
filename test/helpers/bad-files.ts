/** Files as they come back from a full disk, another editor, another program or a slip of the hand: seeded, without end. */
import type { Rng } from "rnn-dynamics/dist/numbers/random";

/** What a wrong program writes where something else belongs. */
const wrongValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 4, 1e308, -1e308, 2 ** 53, 1e9, 1e12, 5e-324],
  ...[
    "",
    " ",
    "x",
    "-1",
    "NaN",
    "two\nlines",
    "\u001b[2J\u0007",
    "\u0000",
    "\ud800",
    "\u202eabc",
    "../../x",
    "__proto__",
  ],
  ...["x".repeat(5000), "📈", "<script>alert(1)</script>", "has length 3", "sha256:0", "tanh"],
  ...[[], [null], [[]], {}, { length: 3 }, { toString: 1 }, [[1, "a"]], { a: { b: { c: null } } }],
];

/** Texts that are no JSON, or not what they seem, to stand for a whole file. */
const wrongTexts: readonly string[] = [
  ...[
    "",
    " ",
    "\n\n",
    "\u0000",
    "null",
    "0",
    '"text"',
    "[]",
    "{}",
    "[null]",
    "true",
    "NaN",
    "undefined",
    "{]",
    "[1,",
    '{"a"',
  ],
  ...["[".repeat(20_000), `${"[".repeat(9000)}${"]".repeat(9000)}`, '{"a":'.repeat(9000), '{"cells":{"length":1}}'],
  ...[
    "PK\u0003\u0004",
    "\u0089HDF\r\n\u001a\n",
    "MATLAB 5.0 MAT-file",
    "# Created by Octave 7.3.0",
    "\u0080\u0004\u0095",
  ],
  ...["<!doctype html><title>404</title>", "<<<<<<< HEAD\n{}\n=======", "version https://git-lfs.github.com/spec/v1\n"],
];

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.integer(list.length)];

/** One fault of the file's bytes, whatever is in it. */
export function withBrokenBytes(rng: Rng, whole: Buffer): Buffer {
  const at = rng.integer(whole.length + 1);
  const few = Buffer.from(Array.from({ length: 1 + rng.integer(8) }, () => rng.integer(256)));
  switch (rng.integer(10)) {
    case 0:
      return whole.subarray(0, at); // the disk was full
    case 1:
      return whole.subarray(at);
    case 2:
      return Buffer.concat([whole, pick(rng, [few, whole, whole.subarray(0, at), Buffer.alloc(64)])]);
    case 3:
      return Buffer.concat([whole.subarray(0, at), few, whole.subarray(at)]);
    case 4:
      return Buffer.concat([whole.subarray(0, at), whole.subarray(Math.min(whole.length, at + 1 + rng.integer(64)))]);
    case 5:
      return Buffer.concat([whole.subarray(0, at), Buffer.alloc(whole.length - at)]); // zeros, after a power cut
    case 6:
      return Buffer.from(pick(rng, wrongTexts), "latin1");
    case 7:
      return Buffer.concat([pick(rng, ["efbbbf", "fffe", "feff", "0000feff"]).match(/../g)?.map((x) => Number.parseInt(x, 16)) ?? [], [...whole]].map((part) => Buffer.from(part))); // biome-ignore format: marks
    case 8:
      return Buffer.from(`${rng.integer(2) ? "\ufeff" : ""}${whole.toString("latin1")}`, "utf16le");
    default: {
      const flipped = Buffer.from(whole);
      for (let k = 0; k <= rng.integer(4) && whole.length > 0; k++)
        flipped[rng.integer(whole.length)] = rng.integer(256);
      return flipped;
    }
  }
}

type Holder = Record<string, unknown>;

/** Every place in a record, as the list or record that holds it and the key. */
function places(value: unknown, found: [Holder, string][] = []): [Holder, string][] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Holder, key]);
    places((value as Holder)[key], found);
  }
  return found;
}

/** One fault of what the file says: a value of another type, a member too many or too few, lists in lists. */
export function withWrongValue(rng: Rng, contents: object): object {
  const copy = structuredClone(contents);
  const [holder, key] = pick(rng, places(copy));
  switch (rng.integer(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      if (Array.isArray(holder)) holder.push(pick(rng, wrongValues));
      else
        Object.defineProperty(holder, pick(rng, ["__proto__", "constructor", "length", "toString", "extra\u0007"]), {
          value: pick(rng, wrongValues),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      break;
    case 2:
      holder[key] = [holder[key]];
      break;
    case 3: {
      let deep: unknown = holder[key];
      for (let k = 0; k < 150 + rng.integer(3000); k++) deep = k % 2 ? [deep] : { a: deep };
      holder[key] = deep;
      break;
    }
    case 4: {
      const [other, name] = pick(rng, places(copy));
      [holder[key], other[name]] = [structuredClone(other[name]), structuredClone(holder[key])];
      break;
    }
    default:
      holder[key] = pick(rng, wrongValues);
  }
  return copy;
}

/** JSON of a record, with numbers that only a text can hold, and keys that come twice. */
export function jsonText(rng: Rng, contents: object): Buffer {
  let text = JSON.stringify(contents, null, rng.integer(2));
  const numbers = [...text.matchAll(/-?\d+(\.\d+)?/g)];
  if (numbers.length > 0 && rng.integer(6) === 0) {
    const { index, 0: digits } = pick(rng, numbers);
    const odd = pick(rng, ["1e999", "-1e999", "9".repeat(400), "0x10", "01", "NaN", "Infinity", "1_000", "1,5", "-"]);
    text = text.slice(0, index) + odd + text.slice(index + digits.length);
  }
  if (rng.integer(20) === 0) text = text.replace(/"(\w+)"\s*:/, (key, name) => `"${name}":null,${key}`);
  return Buffer.from(text);
}
