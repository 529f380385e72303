import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { environmentVariable } from "../../src/stack/environment";

interface FlowUtil {
  readonly mapEnvVarProperties: (properties: object, name: string, flow: object, config: object) => void;
}

/** The function with which Node-RED fills in the properties of a node. */
const nodeRed = createRequire(require.resolve("node-red")) as (name: string) => FlowUtil;
const { mapEnvVarProperties } = nodeRed("@node-red/runtime/lib/flows/util.js");

describe("an environment variable as the value of a property", () => {
  const TEXTS = [
    "${A}",
    "$(A)",
    "${MY-HOST}",
    "$(my.host)",
    "${1A}",
    "${A}x",
    "x${A}",
    "${A B}",
    "${}",
    "$(A}",
    "$A",
    "",
  ];

  for (const text of TEXTS)
    it(`is in ${JSON.stringify(text)} what Node-RED fills in`, () => {
      const asked: string[] = [];
      const flow = { getSetting: (name: string) => void asked.push(name) };
      mapEnvVarProperties({ text }, "text", flow, {});
      assert.deepEqual(
        asked,
        [environmentVariable(text)].filter((name) => name !== undefined),
      );
    });
});
