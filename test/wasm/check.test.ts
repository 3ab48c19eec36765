import { checkChoice, checkCount, checkNumber, checkVector, reject } from "rnn-dynamics/dist/wasm/check";
import { assertRejects } from "../helpers/assertions";

describe("argument errors", () => {
  it("say a phrase as it is, and quote a text that somebody gave as a value", () => {
    assertRejects(() => reject("f", "x", "has length 3", "4"), "f: x has length 3, expected 4");
    assertRejects(() => checkCount("f", "units", "50" as never), 'f: units is "50", expected an integer ≥ 1');
    assertRejects(() => checkNumber("f", "tau", "5" as never), 'f: tau is "5", expected a finite number, positive');
    assertRejects(() => checkVector("f", "x", "abc" as never), 'f: x is "abc", expected a Float64Array');
    assertRejects(() => checkChoice("f", "mode", "c", ["a", "b"]), 'f: mode is "c", expected "a" or "b"');
  });

  it("stay on one line, whatever they are about", () => {
    const long = `${"x".repeat(60)}…`;
    assertRejects(() => reject("f", "x", "x".repeat(1000), "less"), `f: x is "${long}", expected less`);
    assertRejects(() => reject("f", "x", "two\nlines", "one"), 'f: x is "two\\nlines", expected one');
    assertRejects(
      () => reject("f", "x\u001b[2J\u2028\u202e", "has\u0000 3", "4"),
      'f: x\\u001b[2J\\u2028\\u202e is "has\\u0000 3", expected 4',
    );
  });
});
