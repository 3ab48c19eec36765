import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { galleryPage, galleryPictures } from "rnn-dynamics/dist/cli/ship";
import { projectFolder } from "rnn-dynamics/dist/places";

describe("the gallery", () => {
  const folder = join(projectFolder, "data", "figures");
  const pictures = galleryPictures();

  it("has a page that is written from its list", () => {
    assert.equal(readFileSync(join(folder, "README.md"), "utf8"), galleryPage(pictures));
  });

  it("holds the pictures of its list, and no other", () => {
    const files = readdirSync(folder).filter((file) => /\.(png|gif)$/.test(file));
    assert.deepEqual(files.sort(), pictures.map(({ file }) => file).sort());
  });

  it("shows every figure of the paper", () => {
    for (let figure = 1; figure <= 9; figure++) {
      assert.ok(
        pictures.some(({ file }) => new RegExp(`^fig${figure}[^0-9]`).test(file)),
        `Fig. ${figure}`,
      );
    }
  });

  it("says of each picture what is to be seen, in other words than its caption", () => {
    for (const { file, alt, caption, notebook } of pictures) {
      assert.ok(alt.length >= 20 && alt.length <= 300, `${file}: ${alt.length} characters to say what is to be seen`);
      assert.notEqual(alt, caption);
      assert.ok(existsSync(join(projectFolder, "notebooks", `${notebook}.ipynb`)), notebook);
    }
  });
});
