import assert from "node:assert/strict";
import { NETWORK_REASONS, networkReason } from "../../src/diagnosis/networkReasons";
import type { NetworkKind } from "../../src/stack/kinds";
import type { StackError } from "../../src/stack/messages";
import { keysBelow, rendered, textOfKey } from "./catalogue";

const EVENTS = Object.keys(NETWORK_REASONS) as NetworkKind[];

const said = (event: NetworkKind, error: StackError, device = "sensor"): string =>
  rendered(networkReason(event, error, device));

const script = (message: string): StackError => ({
  namespace: "pkg/scripting/javascript",
  name: "script",
  message_format: "{message}",
  attributes: { message },
  code: 10,
});

/** As the Gateway Server puts it around what its scheduler says. Rule: `ScheduleDownlinkErrorDetails`. */
function notScheduled(...causes: StackError[]): StackError {
  const windows = causes.map((cause) => ({
    namespace: "pkg/gatewayserver/io",
    name: "rx_window_schedule",
    message_format: "schedule in Rx window `{window}` failed",
    cause,
  }));
  const path = {
    namespace: "pkg/gatewayserver",
    name: "schedule_path",
    attributes: { gateway_uid: "roof-gateway" },
    cause: { namespace: "pkg/gatewayserver/io", name: "tx_schedule", details: [{ path_errors: windows }] },
  };
  return {
    namespace: "pkg/gatewayserver",
    name: "schedule",
    message_format: "schedule",
    details: [{ path_errors: [path] }],
  };
}

/** As they came from The Things Stack 3.32.1. */
const CAPTURED: readonly (readonly [NetworkKind, StackError, RegExp])[] = [
  [
    "join_error",
    {
      namespace: "pkg/joinserver",
      name: "mic_mismatch",
      message_format: "MIC mismatch",
      correlation_id: "9ac2ceae4514484485baf29fd10806ec",
      code: 3,
    },
    /^Join of sensor refused: its AppKey differs from the one in the Console\. .*Join settings → AppKey/,
  ],
  [
    "decoder_error",
    {
      namespace: "pkg/messageprocessors/javascript",
      name: "output_errors",
      message_format: "{errors}",
      attributes: { errors: "unknown frame type" },
      correlation_id: "5ffd6871cfaa4491a210a8bd5a88ac2f",
      code: 10,
    },
    /^The uplink formatter of sensor reports: “unknown frame type”\. /,
  ],
  [
    "encoder_error",
    script("TypeError: Cannot read property 'fail' of undefined at encodeDownlink (<eval>:35:18(3))"),
    /^Line 34 of the downlink formatter of sensor: “TypeError: Cannot read property 'fail' of undefined”\. /,
  ],
  [
    "decoder_error",
    script("Error: index out of range at decodeUplink (<eval>:7:19(89))"),
    /^Line 6 of the uplink formatter of sensor: “Error: index out of range”\. .*formatters → Uplink\.$/,
  ],
  [
    "downlink_error",
    {
      namespace: "pkg/networkserver",
      name: "transmission",
      message_format: "downlink transmission failed with result `{result}`",
      attributes: { result: "TOO_LATE" },
      correlation_id: "b55e864953104bf990112b17bf56120e",
      code: 2,
    },
    /^The downlink to sensor came too late to the gateway\. /,
  ],
];

/** What the stack's own script engine says of these mistakes: each script was run with it. */
const SCRIPTS: readonly (readonly [string, string, RegExp])[] = [
  ["throws outside of the function", "Error: top at <eval>:2:9(4)", /^Line 1 .*“Error: top”/],
  ["throws a text", "text at decodeUplink (<eval>:2:29(2))", /^Line 1 .*“text”/],
  [
    "fails within a function without a name",
    "TypeError: Cannot read property 'z' of undefined at <eval>:2:68(3)",
    /^Line 1 .*“TypeError: Cannot read property 'z' of undefined”/,
  ],
  [
    "fails within a function of the engine",
    "SyntaxError: Unexpected end of JSON input (EOF) at parse (native)",
    /^The uplink formatter of sensor failed: “SyntaxError: Unexpected end of JSON input \(EOF\)”\./,
  ],
  [
    "cannot be read",
    "SyntaxError: SyntaxError: (anonymous): Line 4:5 Unexpected identifier (and 34 more errors)",
    /^Line 3 .*“SyntaxError: Unexpected identifier \(and 34 more errors\)”/,
  ],
  [
    "declares a name twice",
    "SyntaxError: SyntaxError: Identifier 'x' has already been declared at 2:14",
    /^Line 1 .*“SyntaxError: Identifier 'x' has already been declared”/,
  ],
  [
    "lacks a bracket",
    "SyntaxError: SyntaxError: (anonymous): Line 22:2 Unexpected end of input",
    /^The uplink formatter of sensor failed: “SyntaxError: Unexpected end of input”/,
  ],
  [
    "returns nothing",
    "TypeError: Value is not object coercible at main (<eval>:10:30(29))",
    /^The uplink formatter of sensor returned nothing\./,
  ],
  [
    "has no function",
    "ReferenceError: Decoder is not defined at main (<eval>:18:19(69))",
    /^The uplink formatter of sensor has no function decodeUplink\./,
  ],
];

describe("what is said of an error of the network", () => {
  for (const [event, error, sentence] of CAPTURED)
    it(`says it of a captured ${event}, "${error.name}"`, () => {
      assert.match(said(event, error), sentence);
    });

  for (const event of EVENTS) {
    it(`has a text for each name of ${event}`, () => {
      for (const [name, key] of Object.entries(NETWORK_REASONS[event].byName)) {
        const [namespace = "", own = ""] = name.includes(":") ? name.split(":") : ["", name];
        const text = networkReason(event, { namespace, name: own }, "door-1");
        assert.equal(text.key, key, name);
        assert.match(rendered(text), /door-1/, name);
      }
    });

    it(`carries the stack's own sentence of an unknown ${event}`, () => {
      for (const name of ["something_new", "constructor", "__proto__", "toString"]) {
        const error = { name, message_format: "no `{what}`", attributes: { what: "luck" } };
        assert.match(said(event, error), /sensor.*: no `luck`$/, name);
      }
      assert.match(said(event, {}), /: unknown error$/);
    });

    it(`is bounded and in one line, whatever a ${event} holds`, () => {
      const bad = `<b>&amp;</b>\u0000\u202e\r\nlog: "${"x".repeat(100_000)}`;
      const attributes = Object.fromEntries(
        ["message", "errors", "result", "max", "max_retries", "gateway_uid"].map((name) => [name, bad]),
      );
      const names = [...Object.keys(NETWORK_REASONS[event].byName), "script", "runtime", "transmission", bad];
      for (const name of names) {
        const text = said(event, { namespace: bad, name, message_format: bad, attributes }, bad);
        assert.ok(text.length < 1300, `${name}: ${text.length}`);
        assert.doesNotMatch(text, /[\p{Cc}\p{Cf}]/u, name);
      }
    });
  }

  for (const [what, message, sentence] of SCRIPTS)
    it(`tells a formatter that ${what}`, () => {
      assert.match(said("decoder_error", script(message)), sentence);
      assert.match(said("decoder_error", { ...script(message), name: "runtime" }), sentence);
    });

  it("undoes the escaping of a formatter's message", () => {
    const error = script("Error: a &lt; b at decodeUplink (&lt;eval&gt;:3:8(3))");
    assert.match(said("decoder_error", error), /^Line 2 .*“Error: a < b”/);
  });

  it("takes time in proportion to a long message only", () => {
    const started = process.hrtime.bigint();
    said("decoder_error", script(" at (".repeat(1_000_000)));
    said("decoder_error", script("SyntaxError: ".repeat(1_000_000)));
    assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
  });

  it("finds an encoder that returned nothing within what is said of its output", () => {
    const nothing = { namespace: "pkg/scripting/javascript", name: "no_script_output" };
    const error = { namespace: "pkg/messageprocessors/javascript", name: "output", cause: nothing };
    assert.match(said("encoder_error", error), /returned nothing\./);
    assert.match(said("encoder_error", { ...error, cause: { name: "runtime" } }), /cannot be bytes\./);
  });

  it("tells a formatter of CayenneLPP from a script", () => {
    const output = { name: "output", message_format: "invalid output" };
    assert.match(
      said("decoder_error", { ...output, namespace: "pkg/messageprocessors/cayennelpp" }),
      /CayenneLPP/,
    );
    assert.doesNotMatch(said("decoder_error", output), /CayenneLPP/);
  });

  it("says of a downlink that is not encoded why it was not queued, too", () => {
    assert.match(said("encoder_error", { name: "no_device_session" }), /has not joined yet/);
  });

  it("tells an unknown frame from a device that only one server knows", () => {
    const error = { name: "device_not_found" };
    assert.match(said("uplink_error", { ...error, namespace: "pkg/networkserver" }), /fits no session/);
    assert.match(said("uplink_error", { ...error, namespace: "pkg/applicationserver" }), /only partly/);
  });

  it("looks for the reason of a downlink in what each receive window says", () => {
    const empty = { namespace: "pkg/gatewayserver/io", name: "rx_empty" };
    const spent = { namespace: "pkg/gatewayserver/scheduling", name: "duty_cycle" };
    assert.match(said("downlink_error", notScheduled(empty, spent)), /airtime is used up/);
    assert.match(said("downlink_error", notScheduled(empty)), /^No gateway could take the downlink/);
    assert.match(said("downlink_error", { name: "schedule" }), /^No gateway could take the downlink/);
  });

  it("names the gateway that is not connected", () => {
    const away = { name: "not_connected", attributes: { gateway_uid: "roof-gateway@tenant" } };
    const error = { name: "schedule", details: [{ path_errors: [away] }] };
    assert.match(
      said("downlink_error", error),
      /^The gateway roof-gateway, which heard sensor, is no longer/,
    );
  });

  it("looks at so many errors within an error and no more", () => {
    let error: StackError = { name: "duty_cycle" };
    for (let depth = 0; depth < 1000; depth++) error = { name: "schedule", cause: error };
    assert.match(said("downlink_error", error), /^No gateway could take/);
    const wide = {
      name: "schedule",
      details: Array.from({ length: 100_000 }, () => ({ path_errors: [{}] })),
    };
    assert.match(said("downlink_error", wide), /^No gateway could take/);
  });

  it("takes what is within an error for what it is, whatever its form", () => {
    const odd = { toString: 0, valueOf: 0 };
    for (const path of [
      null,
      7,
      "x",
      [],
      odd,
      { name: odd, namespace: odd, attributes: odd, details: odd },
    ]) {
      const error = { name: "schedule", details: [{ path_errors: [path] }, { path_errors: odd }] };
      assert.match(said("downlink_error", error), /^No gateway could take/);
    }
  });

  it("tells what the gateway reports", () => {
    const reported = (result: string): string =>
      said("downlink_error", { name: "transmission", attributes: { result } });
    const results: readonly (readonly [string, RegExp])[] = [
      ["TOO_LATE", /came too late/],
      ["TOO_EARLY", /came too early/],
      ["COLLISION_PACKET", /was busy/],
      ["COLLISION_BEACON", /was busy/],
      ["TX_FREQ", /at the frequency/],
      ["TX_POWER", /with the power/],
      ["GPS_UNLOCKED", /GPS has no fix/],
      ["UNKNOWN_ERROR", /It reports UNKNOWN_ERROR\./],
      ["constructor", /It reports constructor\./],
    ];
    for (const [result, sentence] of results) assert.match(reported(result), sentence, result);
    assert.match(said("downlink_error", { name: "transmission" }), /does not say why\. It reports \?\./);
  });

  it("uses each of its texts", () => {
    const used = new Set<string>();
    for (const event of EVENTS) {
      const { byName, other } = NETWORK_REASONS[event];
      for (const key of [...Object.values(byName), other]) used.add(key);
    }
    for (const event of ["decoder_error", "encoder_error"] as const)
      for (const message of ["Error: x", "Error: x at <eval>:3:1(1)"])
        used.add(networkReason(event, script(message), "sensor").key);
    for (const result of ["TOO_EARLY", "TX_POWER", "?"])
      used.add(
        networkReason("downlink_error", { name: "transmission", attributes: { result } }, "sensor").key,
      );
    assert.deepEqual(
      [...used].filter((key) => textOfKey(key) === undefined),
      [],
    );
    assert.deepEqual(
      keysBelow("network").filter((key) => !used.has(key)),
      [],
    );
  });
});
