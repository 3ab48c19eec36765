import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { interleave, orderOf, relativeDifference, type Side, stepsFor, summarize, takesPart } from "./measure";
import { short, speedTarget, tableLines, targetLine, timedRow, verdict } from "./report";

describe("summarize", () => {
  it("gives the middle value and the quartiles, whatever the order", () => {
    deepEqual(summarize([5, 1, 3, 2, 4]), { median: 3, low: 2, high: 4, least: 1, count: 5 });
  });

  it("interpolates between neighbours", () => {
    deepEqual(summarize([4, 1]), { median: 2.5, low: 1.75, high: 3.25, least: 1, count: 2 });
    deepEqual(summarize([7]), { median: 7, low: 7, high: 7, least: 7, count: 1 });
  });

  it("is not moved by one disturbed sample, as a mean would be", () => {
    equal(summarize([10, 11, 12, 13, 1e6]).median, 12);
  });

  it("refuses nothing at all, and a NaN, which no comparison would notice", () => {
    throws(() => summarize([]), /summarize: values is empty, expected at least one/);
    throws(() => summarize([1, Number.NaN]), /summarize: values has a NaN or infinity, expected numbers/);
  });

  it("leaves its argument as it was", () => {
    const values = [3, 1, 2];
    summarize(values);
    deepEqual(values, [3, 1, 2]);
  });
});

describe("interleave", () => {
  const side = (name: string, log: string[], rounds?: number): Side => ({
    name,
    rounds,
    sample: (round) => {
      log.push(`${name}${round}`);
      return round;
    },
  });

  it("takes turns, and another side goes first in every round", async () => {
    const log: string[] = [];
    const samples = await interleave([side("a", log), side("b", log), side("c", log)], 3, { pause: 0 });
    deepEqual(log, ["a0", "b0", "c0", "b1", "c1", "a1", "c2", "a2", "b2"]);
    deepEqual(
      samples[0].map(({ round, value }) => [round, value]),
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    );
  });

  it("spreads the few samples of a slow side over all rounds", async () => {
    const log: string[] = [];
    const [, slow] = await interleave([side("quick", log), side("slow", log, 2)], 6, { pause: 0 });
    deepEqual(
      slow.map(({ round }) => round),
      [2, 5],
    );
    equal(log.filter((entry) => entry.startsWith("quick")).length, 6);
  });

  it("stops a side whose budget is spent, after one sample at the earliest", async () => {
    const log: string[] = [];
    const [samples] = await interleave([side("a", log)], 4, { pause: 0, budget: -1 });
    equal(samples.length, 1);
  });

  it("passes on the failure of a side", async () => {
    const broken: Side = { name: "broken", sample: () => Promise.reject(new Error("no numpy")) };
    await rejects(interleave([broken], 1, { pause: 0 }), /no numpy/);
  });
});

describe("takesPart", () => {
  it("gives exactly the wanted number of rounds, the last one included", () => {
    for (const rounds of [1, 3, 7, 10]) {
      for (let own = 1; own <= rounds; own++) {
        const part = Array.from({ length: rounds }, (_, round) => takesPart(round, rounds, own));
        equal(part.filter(Boolean).length, own, `${own} of ${rounds}`);
        equal(part[rounds - 1], true, `${own} of ${rounds}`);
      }
    }
  });

  it("gives no more rounds than there are", () => {
    equal([0, 1, 2].filter((round) => takesPart(round, 3, 9)).length, 3);
  });
});

describe("orderOf", () => {
  it("is a rotation", () => {
    deepEqual(orderOf(0, 3), [0, 1, 2]);
    deepEqual(orderOf(4, 3), [1, 2, 0]);
  });
});

describe("stepsFor", () => {
  it("fills the wanted time with a multiple of steps", () => {
    equal(stepsFor(0.001, 0.1, 2, 1000), 100);
    equal(stepsFor(0.003, 0.1, 2, 1000), 32);
  });

  it("takes at least one multiple and at most what there is", () => {
    equal(stepsFor(10, 0.1, 2, 1000), 2);
    equal(stepsFor(1e-6, 0.1, 2, 1000), 1000);
    equal(stepsFor(0, 0.1, 1, 50), 50);
    equal(stepsFor(0, 0.1, 2, 4257), 4256, "not rounded up: the task would end in the last sample");
  });
});

describe("relativeDifference", () => {
  it("is ‖a − b‖ / ‖b‖", () => {
    equal(relativeDifference(Float64Array.of(3, 5), Float64Array.of(3, 4)), 0.2);
    equal(relativeDifference(Float64Array.of(0, 0), Float64Array.of(0, 0)), 0);
    equal(relativeDifference(Float64Array.of(1), Float64Array.of(0)), Number.POSITIVE_INFINITY);
  });

  it("refuses other lengths", () => {
    throws(
      () => relativeDifference(Float64Array.of(1), Float64Array.of(1, 2)),
      /relativeDifference: a has length 1, expected 2/,
    );
  });
});

describe("targets", () => {
  const speed = { what: "speed", kind: "at least", limit: 5, unit: "×" } as const;

  it("are reached at the limit itself", () => {
    equal(verdict({ ...speed, measured: 5 }), "ok");
    equal(verdict({ what: "time", kind: "at most", limit: 2.2, unit: " ms", measured: 2.2 }), "ok");
  });

  it("say by how much they are missed", () => {
    equal(verdict({ ...speed, measured: 4 }), "missed by 25 %");
    equal(verdict({ ...speed, measured: 4.999 }), "missed by 1 %");
    equal(
      verdict({ what: "time", kind: "at most", limit: 2, unit: " ms", measured: 10 }),
      "missed by a factor of 5.00",
    );
  });

  it("say why there is nothing to judge", () => {
    equal(targetLine({ ...speed, note: "not run: numpy missing" }), "target speed ≥ 5.00×  not run: numpy missing");
  });

  it("print target, measurement and verdict", () => {
    equal(targetLine({ ...speed, measured: 6.25 }), "target speed ≥ 5.00×  measured 6.25×  ok");
  });

  it("compare with the other side at its best number of threads", () => {
    const place = { work: "step", size: 10, unit: "µs" } as const;
    const rows = [
      timedRow({ ...place, side: "ours" }, [2e-6]),
      timedRow({ ...place, side: "numpy, 1 thread" }, [12e-6]),
      timedRow({ ...place, side: "numpy, 2 threads" }, [8e-6]),
    ];
    const target = speedTarget(rows, { what: "speed", work: "step", size: 10, side: "numpy", limit: 5 });
    equal(target.measured?.toFixed(9), "4.000000000");
  });
});

describe("tableLines", () => {
  it("shows medians in their unit, how many times ours they are, and why a side did not run", () => {
    const place = { work: "step", size: 10, unit: "ms" } as const;
    const rows = [
      timedRow({ ...place, side: "ours" }, [0.001, 0.002, 0.003], { limit: 0.001 }),
      timedRow({ ...place, side: "plain loops" }, [0.02]),
      { ...place, side: "numpy", note: "not run: numpy missing" },
    ];
    deepEqual(tableLines(rows), [
      "work   N  side          median  quartiles  least  × ours  difference  of limit",
      "step  10  ours         2.00 ms  1.50–2.50   1.00    1.00                  50 %",
      "step  10  plain loops  20.0 ms  20.0–20.0   20.0    10.0",
      "step  10  numpy              –                                                  not run: numpy missing",
    ]);
  });

  it("keeps three digits of any size", () => {
    deepEqual([0, 1.234, 12.34, 123.4, 1234.5, 1e-9, 0.0123].map(short), [
      "0",
      "1.23",
      "12.3",
      "123",
      "1235",
      "1.0e-9",
      "0.0123",
    ]);
  });
});
