import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { CONNECTION_DEFAULTS } from "../../src/stack/connectionProperties";
import { DOWNLINK_DEFAULTS } from "../../nodes/tts-downlink/properties";
import { EVENT_DEFAULTS } from "../../nodes/tts-event/properties";
import { HOME_ASSISTANT_DEFAULTS } from "../../nodes/tts-home-assistant/properties";
import { JOIN_DEFAULTS } from "../../nodes/tts-join/properties";
import { UPLINK_DEFAULTS } from "../../nodes/tts-uplink/properties";
import { WATCH_DEFAULTS } from "../../nodes/tts-watch/properties";
import { bundle, formOf, NODE_TYPES, read, register, ROOT, type NodeType } from "./sources";

const DEFAULTS: Record<NodeType, object> = {
  "tts-connection": CONNECTION_DEFAULTS,
  "tts-uplink": UPLINK_DEFAULTS,
  "tts-join": JOIN_DEFAULTS,
  "tts-event": EVENT_DEFAULTS,
  "tts-downlink": DOWNLINK_DEFAULTS,
  "tts-watch": WATCH_DEFAULTS,
  "tts-home-assistant": HOME_ASSISTANT_DEFAULTS,
};

for (const type of NODE_TYPES) {
  describe(`the editor's definition of ${type}`, () => {
    const { defaults, credentials = {}, icon } = register(type);

    it("has the defaults that count at run time", () => {
      const values = Object.entries(defaults).map(([name, { value }]) => [name, value]);
      // Through JSON, as the values are objects of another realm.
      assert.deepEqual(JSON.parse(JSON.stringify(Object.fromEntries(values))), DEFAULTS[type]);
    });

    it("is written inline, so that the flow library's checker can read it", () => {
      assert.match(bundle(type), new RegExp(`RED\\.nodes\\.registerType\\("${type}", \\{`));
    });

    it("labels every property, so that the editor can name it in a reason", () => {
      for (const [name, { label }] of Object.entries(defaults)) assert.match(String(label), /:label\./, name);
    });

    it("has a field for every property and credential", () => {
      const form = formOf(type);
      const prefix = type === "tts-connection" ? "node-config-input" : "node-input";
      // These are made of several fields.
      const names = [...Object.keys(defaults), ...Object.keys(credentials)].filter(
        (name) => !["topics", "events", "gateways", "changes", "entities", "commands"].includes(name),
      );
      assert.deepEqual(
        names.filter((name) => !form.includes(`id="${prefix}-${name}"`)),
        [],
      );
    });

    it("has validators with the two parameters that the editor wants, or it ignores their reasons", () => {
      for (const [name, definition] of Object.entries({ ...defaults, ...credentials })) {
        const validate: unknown = Reflect.get(Object(definition), "validate");
        if (validate !== undefined) assert.equal(Reflect.get(Object(validate), "length"), 2, name);
      }
    });

    it("has an icon of its own", () => {
      assert.equal(icon, `${type}.svg`);
      assert.ok(existsSync(path.join(ROOT, `icons/${type}.svg`)));
    });
  });
}

describe("colours of nodes in a flow", () => {
  /** WCAG 2.1. */
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = Array.from(colour.matchAll(/[\dA-F]{2}/g), ([hex]) => {
      const value = Number.parseInt(hex, 16) / 255;
      return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const colourOf = (type: NodeType): string => String(register(type).color);
  const inFlows = NODE_TYPES.filter((type) => type !== "tts-connection");

  it("are one for those that receive, and a darker one for those that send", () => {
    assert.equal(new Set(inFlows.filter((type) => type !== "tts-downlink").map(colourOf)).size, 1);
    assert.ok(luminance(colourOf("tts-downlink")) < luminance(colourOf("tts-uplink")));
  });

  it("let the dark label of Node-RED stand out", () => {
    const label = luminance("#333333") + 0.05;
    for (const type of inFlows) {
      const contrast = (luminance(colourOf(type)) + 0.05) / label;
      assert.ok(contrast >= 4.5, `${type}: ${contrast.toFixed(2)}`);
    }
  });
});

describe("colours of forms", () => {
  const styles = [
    read("nodes/shared/editor/form.css"),
    ...NODE_TYPES.flatMap((type) => Array.from(formOf(type).matchAll(/style="(.*?)"/gs), ([style]) => style)),
  ].join("\n");

  it("are those of the theme", () => {
    assert.match(styles, /color: var\(--red-ui-/);
    assert.doesNotMatch(styles, /#[\da-f]{3}|\b(?:rgba?|hsla?)\(|: (?:white|black|red|green|gr[ae]y)\b/i);
  });

  it("are none that is grey in the light theme of Node-RED 5 and red in its dark one", () => {
    assert.doesNotMatch(styles, /--red-ui-secondary-text-color-(?:active|hover)/);
  });
});

describe("names of nodes in a flow", () => {
  const words: Readonly<Record<string, string>> = {
    "label.short": "what",
    "label.all-downlinks": "downlinks",
    "option.downlink-sent": "sent",
    "option.downlink-ack": "acknowledged",
    "option.service-data": "service data",
    "option.location-solved": "location solved",
    "label.push": "push",
    "label.replace": "replace",
    "label.clear": "clear",
    "label.f-port": "FPort",
  };
  const textOf = (type: NodeType, name: string, properties: object): string => {
    const label: unknown = register(type)[name];
    assert.ok(typeof label === "function");
    const node = { ...DEFAULTS[type], ...properties, _: (key: string) => words[key] ?? key };
    return String(Reflect.apply(label, node, []));
  };
  const labelOf = (type: NodeType, properties: object): string => textOf(type, "label", properties);

  it("tell what an uplink node lets through", () => {
    assert.equal(labelOf("tts-uplink", {}), "what");
    assert.equal(labelOf("tts-uplink", { devices: "door-1", ports: "2" }), "what door-1 · 2");
    assert.equal(labelOf("tts-uplink", { ports: "1-10" }), "what 1-10");
    assert.equal(labelOf("tts-uplink", { devices: ["a", "b"], ports: [1, 2] }), "what a, b · 1, 2");
    assert.equal(labelOf("tts-uplink", { devices: "d".repeat(80) }), `what ${"d".repeat(29)}…`);
    assert.equal(labelOf("tts-uplink", { name: "mine", devices: "door-1" }), "mine");
    const field = { output: "field", field: "gps.lat" };
    assert.equal(labelOf("tts-uplink", { devices: "door-1", ...field }), "what door-1 → gps.lat");
    assert.equal(labelOf("tts-uplink", { ...field, output: "bytes" }), "what");
  });

  it("tell a few events, and group many", () => {
    assert.equal(labelOf("tts-event", { events: ["downlink_ack", "downlink_sent"] }), "sent, acknowledged");
    assert.equal(labelOf("tts-event", {}), "what", "the usual choice");
    assert.equal(labelOf("tts-event", { events: [...EVENT_DEFAULTS.events].reverse() }), "what");
    const withoutOne = EVENT_DEFAULTS.events.filter((event) => event !== "service_data");
    assert.equal(labelOf("tts-event", { events: withoutOne }), "downlinks, location solved");
    assert.equal(labelOf("tts-event", { events: [...EVENT_DEFAULTS.events, "uplink_normalized"] }), "what");
    assert.equal(labelOf("tts-event", { events: [], devices: "door-1" }), "what · door-1");
  });

  it("tell what a downlink node does with whose queue, and what is not as usual", () => {
    const cases: readonly (readonly [object, string])[] = [
      [{}, "push → msg.deviceId"],
      [{ device: "door-1", deviceType: "str" }, "push → door-1"],
      [
        { device: "door-1", deviceType: "str", fPort: "15", priority: "HIGH" },
        "push → door-1 · FPort 15 · HIGH",
      ],
      [{ operation: "replace" }, "replace → msg.deviceId"],
      [{ operation: "clear", device: "door-1", deviceType: "str", fPort: "15" }, "clear → door-1"],
      [{ encoding: "downlinks", fPort: "15" }, "push → msg.deviceId"],
      [
        { operation: "todo", operationType: "flow", device: "#:(disk)::a", deviceType: "global" },
        "flow.todo → global.a",
      ],
      [
        { device: "DEVICE", deviceType: "env", fPort: "port", fPortType: "msg" },
        "push → ${DEVICE} · FPort msg.port",
      ],
      [{ device: "d".repeat(40), deviceType: "str" }, `push → ${"d".repeat(29)}…`],
      [{ device: "", deviceType: "str" }, "push → ?"],
      [{ name: "open the door" }, "open the door"],
    ];
    for (const [properties, label] of cases) assert.equal(labelOf("tts-downlink", properties), label);
  });

  it("tell at the output when a message comes", () => {
    const outputOf = (properties: object): string => textOf("tts-downlink", "outputLabels", properties);
    assert.equal(outputOf({}), "label.when-queued");
    assert.equal(outputOf({ report: undefined }), "label.when-queued");
    assert.equal(outputOf({ report: "ack" }), "label.when-ack");
    assert.equal(outputOf({ report: "every" }), "label.when-every");
    assert.equal(outputOf({ report: "ack", operation: "clear" }), "label.when-published");
  });

  it("do not fail on what is missing in a flow", () => {
    assert.equal(labelOf("tts-uplink", { devices: undefined, ports: undefined }), "what");
    assert.equal(labelOf("tts-event", { events: undefined }), "what");
    assert.equal(labelOf("tts-join", { devices: undefined }), "what");
    assert.match(
      labelOf("tts-connection", { applicationId: undefined, tenantId: undefined }),
      /identity-unknown/,
    );
  });
});
