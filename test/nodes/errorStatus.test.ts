import assert from "node:assert/strict";
import { keysBelow, rendered, textOfKey } from "../diagnosis/catalogue";
import { USUAL } from "../editor/firstSentence";
import { statusOfError } from "../../nodes/shared/errorStatus";

/** What no node ends with: what the form's test button says, what stands beside an error, and messages that are no state of a node. */
const NO_STATE = [
  "error.test.",
  "error.network-says",
  "error.downlink-failed.several",
  "error.invalid-message.",
];

const errors = keysBelow("error").filter((key) => !NO_STATE.some((start) => key.startsWith(start)));

const namesIn = (key: string): string[] =>
  Array.from((textOfKey(key) ?? "").matchAll(/__(\w+?)__/g), ([, name = ""]) => name);

/** Values that every error of a kind has, whether its text names them or not. */
const ALWAYS: readonly (readonly [string, readonly string[]])[] = [
  ["error.invalid-downlink.", ["property", "value", "length", "most"]],
  ["error.missing-payload.", ["device", "port", "field"]],
];

const given = (key: string): string[] => [
  ...namesIn(key),
  ...ALWAYS.flatMap(([start, names]) => (key.startsWith(start) ? names : [])),
];

describe("the status of an error", () => {
  it("is there for every error that a node can end with", () => {
    assert.ok(errors.length > 150);
    assert.deepEqual(
      errors.filter((key) => statusOfError({ key, values: {} }) === undefined),
      [],
    );
  });

  it("has no values but those of the error", () => {
    const lacking = errors.filter((key) => {
      const status = statusOfError({ key, values: {} });
      return namesIn(status?.key ?? "").some((name) => !given(key).includes(name));
    });
    assert.deepEqual(lacking, []);
  });

  it("is that of what stands above where its values are empty", () => {
    for (const [key, values] of [
      ["field", { field: "" }],
      ["home-assistant-command", { command: "", property: "key", value: "" }],
      ["home-assistant-command", { command: "valve", property: "fPort", value: "" }],
    ] as const)
      assert.equal(
        statusOfError({ key: `error.not-configured.${key}`, values })?.key,
        "status.not-configured",
      );
  });

  it("fits with usual values", () => {
    const long = errors.flatMap((key) => {
      const values = {
        ...USUAL,
        property: "payload",
        value: '"URGENT"',
        port: "300",
        topic: "downlink_replace",
      };
      const status = statusOfError({ key, values });
      const text = status ? rendered(status) : "";
      return Array.from(text).length > 32 ? [`${key}: ${text}`] : [];
    });
    assert.deepEqual(long, []);
  });

  const CASES: readonly (readonly [string, Record<string, string | number>, string])[] = [
    ["error.not-accepted.no-device", { device: "valv" }, "no device valv"],
    ["error.not-accepted.no-device-nearest", { device: "dor" }, "no device dor"],
    ["error.not-accepted.no-right-to-write", { device: "valve" }, "key may not send"],
    ["error.not-accepted.no-session", { device: "door-1" }, "door-1 not joined"],
    ["error.reported.no-device-session", { device: "lamp" }, "lamp not joined"],
    ["error.not-encoded.empty", { device: "plain" }, "no formatter"],
    ["error.invalid-downlink.fport", { property: "fPort", value: "300" }, "FPort 300"],
    ["error.invalid-downlink.fport-near", { property: "fPort", value: '" 7"' }, "FPort  7"],
    ["error.invalid-downlink.payload-is-object", { property: "msg.payload" }, "payload is an object"],
    ["error.invalid-downlink.payload-is-number", { property: "payload" }, "payload is a number"],
    ["error.invalid-downlink.hex", { property: "payload", value: '"0x1G"' }, "not hex"],
    ["error.invalid-downlink.priority", { property: "priority", value: '"URGENT"' }, "priority URGENT"],
    ["error.invalid-downlink.device-missing", {}, "no device ID"],
    ["error.invalid-downlink.missing-in-message", { property: "device", place: "msg.id" }, "no device ID"],
    ["error.invalid-downlink.missing-empty", { property: "fPort", place: "msg.fp" }, "no FPort"],
    ["error.invalid-downlink.missing-in-context", { property: "priority" }, "no priority"],
    ["error.invalid-downlink.missing-in-environment", { property: "device", variable: "ID" }, "ID not set"],
    ["error.not-accepted.may-not-send.user-key", { keyName: "mqtt" }, "key may not send"],
    ["error.invalid-downlink.some-new-rule", {}, "invalid downlink"],
    ["error.login-refused.other-application", { owner: "other-app" }, "key of other-app"],
    ["error.login-refused.key-expired-on", { expired: "2026" }, "key expired"],
    ["error.key-form.cut-off-at", { length: 40 }, "key incomplete"],
    ["error.not-configured.api-key", {}, "not configured: no API key"],
    ["error.not-configured.environment", { variable: "TTS_KEY" }, "TTS_KEY not set"],
  ];
  for (const [key, values, text] of CASES)
    it(`of ${key} is ${text}`, () => {
      const status = statusOfError({ key, values });
      assert.ok(status);
      assert.equal(rendered(status), text);
    });

  it("is none for what ends no node", () => {
    assert.equal(statusOfError({ key: "error.test.request", values: {} }), undefined);
    assert.equal(statusOfError({ key: "error.constructor", values: {} }), undefined);
  });
});
