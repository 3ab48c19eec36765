// Makes the project ready to run: packages, compiled lib, wasm, solutions and (with --tests) tests, each only when
// it is out of date; then goes on with a command in the same process:  node lib/cli/setup.mjs start 04
// This file is the part that even an old Node can read: it uses no syntax younger than Node 12 and imports nothing
// before the version is known.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(141); // nobody reads any more: npm start | head
});

const wanted = [20, 19];
const found = process.versions.node.split(".").map(Number);

if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    "This project needs Node " +
      wanted.join(".") +
      " or newer, and this is Node " +
      process.versions.node +
      ": install a newer one from nodejs.org and run the same command again.",
  );
  process.exit(1);
}

import("./setup-steps.mjs").then((steps) => steps.setUpAndRun(process.argv.slice(2)));
