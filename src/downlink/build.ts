/** From what a flow gives to an order that the stack takes. Usable in the browser. */
import { readDecoded } from "./decoded";
import type { DownlinkLimits } from "./limits";
import { readDownlinks } from "./objects";
import type { DownlinkItem, DownlinkOrder, Encoding, QueueRequest } from "./order";
import { readPayload } from "./payload";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { RULES, unfitReport, unheardReport, type RuleContext } from "./rules";
import { located, type ValueSources } from "./sources";

/** The properties of the node, evaluated and not checked. `undefined` is a property that is not set. */
export interface DownlinkValues {
  readonly device?: unknown;
  readonly operation?: unknown;
  readonly fPort?: unknown;
  readonly payload?: unknown;
  readonly encoding?: unknown;
  readonly priority?: unknown;
  readonly confirmed?: unknown;
  readonly maxAttempts?: unknown;
  readonly correlationIds?: unknown;
  readonly gateways?: unknown;
  readonly absoluteTime?: unknown;
  readonly report?: unknown;
  /** Where they come from. */
  readonly sources?: ValueSources;
}

export type BuiltOrder = { readonly ok: true; readonly order: DownlinkOrder | QueueRequest } | Refused;

/**
 * Checks everything that the stack would refuse, most of it without a word, and says the first thing that is wrong. The order
 * shares nothing with the values. Never throws, whatever the values are.
 * @param now ms since 1970
 */
export function buildOrder(values: DownlinkValues, limits: DownlinkLimits, now: number): BuiltOrder {
  const given = guarded("downlink", () => right({ ...values }));
  if (!given.ok) return given;
  const order = guarded("downlink", () => readOrder(given.value, { limits, now }));
  if (order.ok) return { ok: true, order: order.value };
  const { sources = {}, ...byProperty } = given.value;
  return located(order, sources, byProperty);
}

function readOrder(values: DownlinkValues, context: RuleContext): Ruled<DownlinkOrder | QueueRequest> {
  const device = RULES.device(values.device, context);
  if (!device.ok) return device;
  const operation = RULES.operation(values.operation, context);
  if (!operation.ok) return operation;
  const deviceId = device.value;
  if (operation.value === "list") return right({ deviceId, operation: "list" });
  if (operation.value === "clear") {
    const encoding = RULES.encoding(values.encoding, context);
    return right({
      deviceId,
      operation: "clear",
      items: [],
      encoding: encoding.ok ? encoding.value : "bytes",
    });
  }
  const read = values.encoding === "downlinks" ? readItems : readSingle;
  const content = read(values, context);
  if (!content.ok) return content;
  const { items, encoding } = content.value;
  if (items.length > 0) return right({ deviceId, operation: operation.value, items, encoding });
  return operation.value === "replace"
    ? right({ deviceId, operation: "clear", items, encoding })
    : refused("error.invalid-downlink.downlinks-empty", {});
}

interface Content {
  readonly items: DownlinkItem[];
  readonly encoding: Encoding;
}

/** The stack's own objects: the other properties do not apply to them. */
function readItems(values: DownlinkValues, context: RuleContext): Ruled<Content> {
  const encoding = RULES.encoding(values.encoding, context);
  if (!encoding.ok) return encoding;
  const items = readDownlinks(values.payload, context.now);
  if (!items.ok) return items;
  const report = RULES.report(values.report, context);
  if (!report.ok) return report;
  const unfit = report.value === "ack" ? items.value.findIndex(({ confirmed }) => confirmed !== true) : -1;
  if (unfit !== -1)
    return refused("error.invalid-downlink.report-ack-item", { property: `downlinks[${unfit}]` });
  for (const { confirmed = false } of items.value) {
    const unheard = unheardReport(report.value, confirmed, context.limits);
    if (unheard) return unheard;
  }
  return right({ items: items.value, encoding: encoding.value });
}

function readSingle(values: DownlinkValues, context: RuleContext): Ruled<Content> {
  const fPort = RULES.fPort(values.fPort, context);
  if (!fPort.ok) return fPort;
  const encoding = RULES.encoding(values.encoding, context);
  if (!encoding.ok) return encoding;
  const item: DownlinkItem = { f_port: fPort.value };
  const wrong =
    putPayload(item, encoding.value, values.payload) ??
    putOptions(item, values, context) ??
    putClassBC(item, values, context) ??
    wrongReport(item, values, context);
  return wrong ?? right({ items: [item], encoding: encoding.value });
}

function putPayload(item: DownlinkItem, encoding: Encoding, value: unknown): Refused | undefined {
  if (encoding === "decoded") {
    const decoded = readDecoded(value);
    if (!decoded.ok) return decoded;
    item.decoded_payload = decoded.value;
    return undefined;
  }
  if (encoding === "downlinks") throw new TypeError("a list is no single downlink");
  const payload = readPayload(encoding, value);
  if (!payload.ok) return payload;
  item.frm_payload = payload.value.base64;
  return undefined;
}

function putOptions(item: DownlinkItem, values: DownlinkValues, context: RuleContext): Refused | undefined {
  const priority = RULES.priority(values.priority, context);
  if (!priority.ok) return priority;
  item.priority = priority.value;
  const confirmed = RULES.confirmed(values.confirmed, context);
  if (!confirmed.ok) return confirmed;
  item.confirmed = confirmed.value;
  const attempts = RULES.maxAttempts(values.maxAttempts, context);
  if (!attempts.ok) return attempts;
  if (attempts.value !== undefined && confirmed.value) {
    // Without `attempt` the stack begins to count at 0 and transmits once more.
    item.confirmed_retry = { attempt: 1, max_attempts: attempts.value };
  }
  const ids = RULES.correlationIds(values.correlationIds, context);
  if (!ids.ok) return ids;
  if (ids.value !== undefined && ids.value.length > 0) item.correlation_ids = ids.value;
  return undefined;
}

/** Even an empty `class_b_c` keeps a downlink from being sent to a class A device, and blocks all behind it. */
function putClassBC(item: DownlinkItem, values: DownlinkValues, context: RuleContext): Refused | undefined {
  const gateways = RULES.gateways(values.gateways, context);
  if (!gateways.ok) return gateways;
  const time = RULES.absoluteTime(values.absoluteTime, context);
  if (!time.ok) return time;
  if (gateways.value.length === 0 && time.value === undefined) return undefined;
  item.class_b_c = {};
  if (gateways.value.length > 0) item.class_b_c.gateways = gateways.value;
  if (time.value !== undefined) item.class_b_c.absolute_time = time.value;
  return undefined;
}

function wrongReport(
  { confirmed }: DownlinkItem,
  values: DownlinkValues,
  context: RuleContext,
): Refused | undefined {
  const report = RULES.report(values.report, context);
  if (!report.ok) return report;
  const isConfirmed = confirmed === true;
  return unfitReport(report.value, isConfirmed) ?? unheardReport(report.value, isConfirmed, context.limits);
}
