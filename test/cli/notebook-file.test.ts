import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listNotebooks, readNotebook, titleOf, writeNotebook } from "rnn-dynamics/dist/cli/notebook-file";
import { memoryFolder } from "../helpers/memory-folder";

describe("cli/notebook-file", () => {
  let folder: string;
  let file: string;
  before(() => {
    folder = memoryFolder("notebook-file-");
    file = join(folder, "01.ipynb");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const code = { cell_type: "code", source: "1 + 1", metadata: {}, outputs: [], execution_count: 1 };
  const notebook = (cells: unknown, rest: object = {}) =>
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...rest });
  const refused = (text: string | Buffer, message: RegExp) => {
    writeFileSync(file, text);
    assert.throws(
      () => readNotebook(file),
      (error: Error) => {
        assert.ok(error instanceof RangeError && error.message.startsWith(`${file}: not a notebook, `), String(error));
        assert.doesNotMatch(error.message, /\p{Cc}/u);
        assert.match(error.message, message);
        return true;
      },
    );
    assert.deepEqual(readFileSync(file), Buffer.from(text));
  };

  it("names the cell that is damaged, and what to do", () => {
    const bad: [unknown, RegExp][] = [
      [null, /cell 1 is null, expected a record; restore it with git, or open it in Jupyter and save it$/],
      [[code], /cell 1 is a list or a record, expected a record/],
      [{ ...code, source: undefined }, /cell 1 has no source/],
      [{ ...code, source: null }, /cell 1 has a source that is null, expected lines of text/],
      [{ ...code, source: ["a", 1] }, /cell 1 has a source that is a list or a record, expected lines of text/],
      [{ ...code, cell_type: "sql\u001b[2J" }, /cell 1 has the type "sql\\u001b\[2J", expected code, markdown or raw/],
      [{ ...code, id: 7 }, /cell 1 has an id that is 7, expected a text/],
      [{ ...code, metadata: null }, /cell 1 has metadata that are null/],
      [
        { ...code, metadata: { tags: "raises-exception" } },
        /has tags that are "raises-exception", expected a list of texts/,
      ],
      [{ ...code, metadata: { tags: [null] } }, /cell 1 has tags that are a list or a record/],
      [
        { ...code, metadata: { timeout: "1h" } },
        /has a timeout of "1h", expected a number of seconds above 0, at most 31622400/,
      ],
      [{ ...code, metadata: { timeout: 1e12 } }, /has a timeout of 1000000000000, expected/],
      [{ ...code, outputs: {} }, /cell 1 has outputs that are a list or a record, expected a list of records/],
      [{ ...code, outputs: [null] }, /cell 1 has outputs/],
    ];
    for (const [cell, message] of bad) refused(notebook([cell]), message);
    refused(notebook([code, code, null]), /cell 3 is null/);
  });

  it("says what is wrong with the file as a whole", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const bad: [string | Buffer, RegExp][] = [
      ["", /it is not JSON \(it is empty\)/],
      ["\u0000\u0001", /it is not JSON \(a "\\u0000" where none belongs\)/],
      [notebook([code]).slice(0, -9), /it is not JSON \(it ends too early\)/],
      ['{\n "nbformat": 4\n "cells": []\n}', /it is not JSON \(line 3, column 2\)/],
      ["[]", /it is not a JSON object/],
      ["null", /it is not a JSON object/],
      [notebook({}), /its cells are a list or a record, expected a list/],
      [notebook([], { nbformat: 3 }), /its format is 3, expected 4; open it in Jupyter once and save it/],
      [notebook([], { nbformat_minor: "x\ny" }), /its nbformat_minor is "x\\ny", expected a whole number/],
      [notebook([], { metadata: [] }), /its metadata are a list or a record, expected a record/],
      [`{"nbformat": 4, "cells": ${deep}}`, /it is damaged: lists in lists, more than 200 levels deep/],
      [Buffer.from(`\ufeff${notebook([code])}`, "utf16le"), /it is written in UTF-16; save it as UTF-8/],
    ];
    for (const [text, message] of bad) refused(text, message);
  });

  it("reads what is whole: a byte-order mark, cells without id or metadata, sources of both kinds", () => {
    const bare = { cell_type: "markdown", source: ["# A \u001b[31mtitle\n", "text"] };
    writeFileSync(file, `\ufeff${notebook([bare, { ...code, id: "cell-1" }], { nbformat_minor: 2 })}`);
    const read = readNotebook(file);
    assert.equal(read.nbformat_minor, 5);
    assert.equal(titleOf(read), "A \\u001b[31mtitle"); // what would steer the terminal is written out
    assert.equal(new Set(read.cells.map(({ id }) => id)).size, 2);
    writeNotebook(join(folder, "copy.ipynb"), read);
    assert.deepEqual(readNotebook(join(folder, "copy.ipynb")), {
      ...read,
      cells: readNotebook(join(folder, "copy.ipynb")).cells,
    });
  });

  it("lists a folder's notebooks without what macOS leaves beside them, and names a folder that is none", () => {
    const place = join(folder, "list");
    mkdirSync(place);
    for (const name of ["02.ipynb", "01.ipynb", "._01.ipynb", "notes.txt"]) writeFileSync(join(place, name), "");
    assert.deepEqual(listNotebooks(place), ["01", "02"]);
    assert.throws(
      () => listNotebooks(join(place, "none")),
      /none cannot be read, there is no such file or folder; name a folder/,
    );
  });
});
