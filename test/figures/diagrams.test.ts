import assert from "node:assert/strict";
import { arrowBetween, pointOn, rimDistance, selfLoop } from "rnn-dynamics/dist/figures/diagrams";
import { assertClose } from "../helpers/assertions";

const node = (x: number, y: number) => ({ label: "n", meaning: "", x, y, rx: 0.5, ry: 0.3 });

describe("diagrams", () => {
  it("start a connection on the rim of one node and end it, head included, on the rim of the other", () => {
    for (const bend of [0, 0.4, -0.7]) {
      const [from, to] = [node(0, 0), node(0.5, 2)];
      const { curve, head } = arrowBetween(from, to, bend);
      // the rim is found by bisection to 2⁻⁵⁰
      assertClose(rimDistance(from, curve[0]), 1, 1e-9);
      assertClose(rimDistance(to, head[0]), 1, 1e-9);
    }
  });

  it("bend to the left of the direction of travel", () => {
    const { curve } = arrowBetween(node(0, 0), node(0, 2), 0.5);
    assert.ok(pointOn(curve, 0.5).x < -0.3);
  });

  it("never run through a node on the way", () => {
    const nodes = [node(0, 0), node(0, 2)];
    const { curve } = arrowBetween(nodes[0], nodes[1], 0.3);
    for (let t = 0.01; t < 1; t += 0.01) for (const n of nodes) assert.ok(rimDistance(n, pointOn(curve, t)) >= 1);
  });

  it("lead a loop from a node back to itself, on the right", () => {
    const n = node(1, 1);
    const { curve, head } = selfLoop(n);
    assertClose(rimDistance(n, curve[0]), 1, 1e-9);
    assertClose(rimDistance(n, head[0]), 1, 1e-9);
    assert.ok(pointOn(curve, 0.5).x > n.x + n.rx);
  });

  it("give an arrow head two equal sides", () => {
    const [tip, a, b] = arrowBetween(node(0, 0), node(2, 1), 0.2).head;
    assertClose(Math.hypot(a.x - tip.x, a.y - tip.y), Math.hypot(b.x - tip.x, b.y - tip.y), 1e-9);
  });
});
