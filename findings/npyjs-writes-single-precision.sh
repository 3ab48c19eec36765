#!/usr/bin/env bash
# npyjs 1.2.0 (npm), Node 20: what `dump` writes of JavaScript numbers.
#
# A plain array of numbers, which JavaScript holds in double precision, is written as float32 as soon as one of them is
# no integer, and as the smallest integer type otherwise: 0.1 reads back as 0.10000000149011612. Rows of a matrix given
# as nested arrays pass the inference of the type and then come out as zeros, (rows) values instead of (rows × columns).
# Nothing is raised in either case. A Float64Array with a shape is written whole.
# Whoever exports weights from JavaScript to numpy this way loses half of the digits, or the matrix.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts npyjs@1.2.0 >/dev/null
cat > look.mjs <<'JS'
import { dump } from "npyjs";
const seen = (...args) => {
  const bytes = Buffer.from(dump(...args));
  const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString("latin1");
  const data = bytes.subarray(10 + bytes.readUInt16LE(8));
  return { type: /.descr.: ?.([^'"]+)./.exec(header)[1], shape: /.shape.: ?\(([^)]*)\)/.exec(header)[1].replace(/\s/g, ""), data };
};
const plain = seen([0.1, 1]);
const whole = seen([1, 2, 3]);
const rows = seen([[1, 2], [3, 4]]);
const typed = seen(Float64Array.of(1, 2, 3, 4), [2, 2]);
const lines = [
  `plain numbers: ${plain.type} ${plain.data.readFloatLE(0)}`,
  `whole numbers: ${whole.type}`,
  `nested rows: ${rows.type} (${rows.shape}) ${[...rows.data]}`,
  `Float64Array: ${typed.type} (${typed.shape})`,
];
console.log(lines.join("\n"));
const expected = [
  "plain numbers: <f4 0.10000000149011612",
  "whole numbers: |u1",
  "nested rows: |u1 (2,) 0,0",
  "Float64Array: <f8 (2,2)",
];
process.exit(lines.every((line, i) => line === expected[i]) ? 0 : 1);
JS
node look.mjs
