/** What flows and forms ask to be sent. */
import { buildOrder } from "../../../src/downlink/build";
import { LIMITS_OF_SERVICE, V3_LIMITS } from "../../../src/downlink/limits";
import { readDownlinks } from "../../../src/downlink/objects";
import { ENCODINGS, OPERATIONS, PRIORITIES, REPORTS } from "../../../src/downlink/order";
import { previewOf, readPayload } from "../../../src/downlink/payload";
import { stackService } from "../../../src/services/stack";
import { v2Service } from "../../../src/services/v2/service";
import { textIn } from "../../../nodes/shared/catalogue";
import { asPortable, fromPortable } from "../../../nodes/tts-downlink/restart/portable";
import { awaitedOf, recordsIn } from "../../../nodes/tts-downlink/restart/record";
import { DOWNLINK_DEFAULTS } from "../../../nodes/tts-downlink/properties";
import { readDownlinkSettings } from "../../../nodes/tts-downlink/settings";
import { reasonIn } from "../../../nodes/tts-downlink/typedInput";
import type { Random } from "../../random";
import { DOWNLINKS } from "../corpus";
import { anyText, mutateText, mutateValue } from "../mutate";
import { asObject, frozen, isAlone, Violation, type Target } from "../target";
import { hostileInput, hostileJson } from "../values";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const STACK = stackService({ applicationId: "app1", apiKey: "none" });
const V2 = v2Service({ applicationId: "my_app", accessKey: "none" });
const V2_LIMITS = LIMITS_OF_SERVICE.v2({ hasTopic: () => true, hasApplication: true, hasApi: true });

const PAYLOADS = [
  "AQID",
  "01 02 ff",
  [1, 2, 3],
  { temperature: 21, lock: true },
  7,
  "text",
  { downlinks: DOWNLINKS[0] },
];

function values(random: Random): Record<string, unknown> {
  const good = {
    device: "door-1",
    operation: random.of(OPERATIONS),
    encoding: random.of(ENCODINGS),
    fPort: 1 + random.below(223),
    payload: structuredClone(random.chance(0.3) ? random.of(DOWNLINKS) : random.of(PAYLOADS)),
    priority: random.of(PRIORITIES),
    confirmed: random.chance(0.5),
    maxAttempts: random.chance(0.5) ? 3 : undefined,
    correlationIds: ["a", "b"],
    gateways: random.chance(0.3) ? [{ id: "roof-gateway", antennaIndex: 1 }] : [],
    absoluteTime: random.chance(0.3) ? "2026-11-30T13:00:00Z" : "",
    report: random.of(REPORTS),
  };
  // The node itself makes the object of them.
  const changed = mutateValue(good, random, hostileInput) === good ? good : {};
  const source = random.of(["fp", "a.b", "${X}", 5, undefined, {}, "#:(file)::fp"]);
  const type = random.of(["msg", "flow", "env", "jsonata"]);
  return { ...changed, sources: { fPort: { type, value: source }, payload: { type, value: source } } };
}

const RECORD = {
  ...{ version: 1, id: "a", journal: "j", target: "t", savedAt: 1 },
  job: {
    order: {
      deviceId: "door-1",
      operation: "push",
      items: [{ f_port: 1, frm_payload: "AQ==" }],
      encoding: "bytes",
    },
    report: "sent",
    timeout: 10,
    offline: "hold",
  },
  progress: { items: [{ ids: ["a"], state: "queued", steps: [] }], steps: [] },
  message: '{"payload":{"$bytes":"AQ=="},"_msgid":"1"}',
};

export const downlinkTargets: readonly Target[] = [
  {
    area: "downlinks of flows, typed inputs of any kind",
    share: 12,
    prepare: (random) => {
      const given = frozen(values(random));
      const limits = random.chance(0.8) ? V3_LIMITS : V2_LIMITS;
      const service = limits === V2_LIMITS ? V2 : STACK;
      return () => {
        const built = buildOrder(given, limits, NOW);
        if (!built.ok) {
          if (textIn("en-US", built.refusal).length > 2_000)
            throw new Violation("a refusal of over 2,000 characters");
          return;
        }
        const { order } = built;
        if (order.operation === "list") return;
        isAlone(order.items, "an order");
        for (const item of order.items) {
          const { payload } = service.encodeDownlink(order.deviceId, "push", [item]);
          JSON.parse(Buffer.from(payload).toString());
        }
      };
    },
  },
  {
    area: "downlink objects and payloads in a form",
    share: 6,
    prepare: (random) => {
      const objects = frozen(mutateValue(structuredClone(random.of(DOWNLINKS)), random, hostileInput));
      const text = random.chance(0.5)
        ? anyText(random)
        : mutateText(random.of(["AQID", "01 02 ff", "text", "[1, 2, 3]"]), random);
      const encoding = random.of(["bytes", "hex", "base64", "text"] as const);
      return () => {
        readDownlinks(objects, NOW);
        previewOf(encoding, text);
        readPayload(encoding, random.chance(0.5) ? text : objects);
      };
    },
  },
  {
    area: "properties of a downlink node",
    share: 3,
    prepare: (random) => {
      const given = frozen(mutateValue({ ...DOWNLINK_DEFAULTS }, random, hostileJson));
      return () => void readDownlinkSettings(asObject(given));
    },
  },
  {
    area: "downlinks kept over a restart",
    share: 3,
    prepare: (random) => {
      const records = frozen(mutateValue([structuredClone(RECORD)], random));
      const message = frozen(
        mutateValue({ payload: { a: [1, Buffer.from("a")] }, req: {} }, random, hostileInput),
      );
      return () => {
        for (const record of recordsIn(records)) awaitedOf(record);
        const text = asPortable(typeof message === "object" && message !== null ? message : {});
        if (text !== undefined) fromPortable(text);
        reasonIn(message);
      };
    },
  },
];
