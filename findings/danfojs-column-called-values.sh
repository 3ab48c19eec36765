#!/usr/bin/env bash
# danfojs-node 1.2.0 (npm), Node 20: a column called "values", "shape" or "index".
#
# A DataFrame keeps each column as a property of itself, under the column's own name, where it hides the frame's property
# of that name; most methods then read the column for the frame's. Of a table with a column "values", toCSV writes the
# header and no row; with a column "shape", head(1) is empty. Nothing is raised. Under the name "value" all is well.
# Eigenvalues, singular values, p values: whoever saves such a column that way has an empty file.
# (The overrides are needed to install the package at all where its own sources of xlsx and tfjs-node cannot be reached.)
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > package.json <<'JSON'
{
  "private": true,
  "dependencies": { "danfojs-node": "1.2.0" },
  "overrides": {
    "xlsx": "npm:@e965/xlsx@0.20.3",
    "request": "npm:@cypress/request@3.0.10",
    "@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0",
    "node-fetch": "2.7.0"
  }
}
JSON
npm install --silent --no-audit --no-fund --ignore-scripts >/dev/null
cat > look.cjs <<'JS'
const log = console.log;
for (const name of ["log", "info", "warn", "error"]) console[name] = () => {}; // what its tensor library says of itself
const dfd = require("danfojs-node");
const csv = (name, change = (frame) => frame) => {
  const frame = new dfd.DataFrame([{ gain: 0.8, [name]: 1 }, { gain: 1.5, [name]: 3 }]);
  return JSON.stringify(dfd.toCSV(change(frame)));
};
const lines = [
  `value: ${csv("value")}`,
  `values: ${csv("values")}`,
  `size, head: ${csv("size", (frame) => frame.head(1))}`,
  `shape, head: ${csv("shape", (frame) => frame.head(1))}`,
];
log(lines.join("\n"));
const expected = [
  String.raw`value: "gain,value\n0.8,1\n1.5,3\n"`,
  String.raw`values: "gain,values\n"`,
  String.raw`size, head: "gain,size\n0.8,1\n"`,
  String.raw`shape, head: "\n\n"`,
];
process.exit(lines.every((line, i) => line === expected[i]) ? 0 : 1);
JS
node look.cjs
