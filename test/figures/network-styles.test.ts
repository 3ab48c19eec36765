import assert from "node:assert/strict";
import { networkStyle } from "rnn-dynamics/dist/figures/theme";

describe("the look of networks under noise", () => {
  it("differs in symbol and in dash or mode, not in colour alone, so that grey print tells them apart", () => {
    const names = ["tanh", "logistic", "transferred", "quarter gain", "conjugate"];
    const of = names.map(networkStyle);
    for (const key of ["color", "symbol"] as const) assert.equal(new Set(of.map((s) => s[key])).size, names.length);
    assert.equal(new Set(of.slice(0, 4).map(({ dash }) => dash)).size, 4, "the conjugate has no line");
  });

  it("has bands of the line's own colour, and a grey for names it does not know, inherited ones too", () => {
    assert.equal(networkStyle("tanh").color, "#0072B2");
    assert.equal(networkStyle("tanh").band, "rgba(0,114,178,0.16)");
    for (const name of ["", "elsewhere", "constructor", "toString"]) assert.equal(networkStyle(name).color, "#7F7F7F");
  });
});
