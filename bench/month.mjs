// `node bench/month.mjs [devices] [days] [seed]`: a month of a fleet, and which alarms of a watch were missed or wrong. By hand: it
// takes a minute or so. The short form is in test/devices.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
require("../test/register.cjs");
const { month } = require("../test/devices/month/month.ts");

const [devices = 1000, days = 30, seed = 1] = process.argv.slice(2).map(Number);
const begun = performance.now();
const { uplinks, deviceDays, ...verdicts } = month({ devices, days, seed });
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(`${devices} devices, ${days} days, seed ${seed}: ${uplinks} uplinks in ${seconds} s`);
console.log("| alarm | due | missed | wrong | per 1000 device-days | wrong before its habits are known |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
for (const [alarm, { due, missed, wrong, early }] of Object.entries(verdicts)) {
  const rate = ((1000 * wrong.length) / deviceDays).toFixed(2);
  console.log(`| ${alarm} | ${due} | ${missed.length} | ${wrong.length} | ${rate} | ${early.length} |`);
}

/** Lines, but of a kind of device only the first few. */
function show(what, lines) {
  const kinds = new Map();
  for (const line of lines) {
    const kind = /\((.*)\)/.exec(line)?.[1];
    kinds.set(kind, [...(kinds.get(kind) ?? []), line]);
  }
  for (const [kind, of] of kinds)
    console.log(`${what}, ${kind}: ${of.length}, such as ${of.slice(0, 8).join("; ")}`);
}

for (const [alarm, { missed, wrong, early }] of Object.entries(verdicts)) {
  show(`missed ${alarm}`, missed);
  show(`wrong ${alarm}`, wrong);
  show(`early ${alarm}`, early);
}
