/** The properties of `tts-downlink`, one rule each: the form and the run time ask the same table. Usable in the browser. */
import { encoding, flag, operation, priority, report } from "./choices";
import { correlationIds, gateways } from "./lists";
import type { DownlinkLimits, DownlinkNeed } from "./limits";
import { deviceId } from "./names";
import { attempts, fPort } from "./numbers";
import type { Encoding, GatewayPath, Operation, Priority, Report } from "./order";
import { guarded, refused, right, type Refused, type Ruled } from "./ruled";
import { shown } from "./shown";
import { absoluteTime } from "./time";

export interface RuleContext {
  /** What the service of the connection can say. */
  readonly limits: DownlinkLimits;
  /** ms since 1970. */
  readonly now: number;
}

type Rule<T> = (value: unknown, context: RuleContext) => Ruled<T>;

const rule =
  <T>(property: string, read: Rule<T>): Rule<T> =>
  (value, context) =>
    guarded(property, () => read(value, context));

/** A property that may be left out, by `undefined` or an empty text. */
const optional =
  <T>(property: string, read: Rule<T>): Rule<T | undefined> =>
  (value, context) =>
    value === undefined || value === "" ? right(undefined) : guarded(property, () => read(value, context));

const beyondService = (property: string): Refused => refused("error.invalid-downlink.limit", { property });

/** The queue is read by the HTTP API of the stack. `undefined` if all is well. */
function unlisted({ list, lacking }: DownlinkLimits): Refused | undefined {
  if (!list) return refused("error.invalid-downlink.limit-list", {});
  return lacking?.has("api") ? refused("error.invalid-downlink.list-no-api", {}) : undefined;
}

/** In the order in which they are checked; the payload, between FPort and priority, depends on `encoding`. */
export const RULES = {
  device: rule<string>("device", (value, { limits }) => deviceId(value, limits.identifiers)),
  operation: rule<Operation>("operation", (value, { limits }) => {
    const ruled = operation(value);
    if (!ruled.ok) return ruled;
    if (ruled.value === "clear" && !limits.clear) return refused("error.invalid-downlink.limit-clear", {});
    if (ruled.value === "list") return unlisted(limits) ?? ruled;
    if (limits.lacking?.has("application")) return refused("error.invalid-downlink.no-application", {});
    const topic = ruled.value === "push" ? "downlink_push" : "downlink_replace";
    return limits.lacking?.has(topic)
      ? refused("error.invalid-downlink.no-topic", { value: shown(ruled.value), topic })
      : ruled;
  }),
  fPort: rule<number>("fPort", (value) => fPort(value, "fPort")),
  encoding: rule<Encoding>("encoding", (value, { limits }) => {
    const ruled = encoding(value);
    return ruled.ok && ruled.value === "downlinks" && !limits.objects
      ? refused("error.invalid-downlink.limit-objects", {})
      : ruled;
  }),
  priority: rule<Priority>("priority", (value, { limits }) => {
    const ruled = value === undefined ? right<Priority>("NORMAL") : priority(value, "priority");
    return ruled.ok && ruled.value !== "NORMAL" && !limits.priorities
      ? refused("error.invalid-downlink.limit-priority", { value: ruled.value })
      : ruled;
  }),
  confirmed: rule<boolean>("confirmed", (value) =>
    value === undefined ? right(false) : flag(value, "confirmed"),
  ),
  maxAttempts: optional<number>("maxAttempts", (value, { limits }) =>
    limits.maxAttempts ? attempts(value, "maxAttempts") : beyondService("maxAttempts"),
  ),
  /** Not set, and an empty list, are no IDs. */
  correlationIds: optional<string[]>("correlationIds", (value, { limits }) => {
    const ruled = correlationIds(value, "correlationIds");
    return ruled.ok && ruled.value.length > 0 && !limits.correlationIds
      ? beyondService("correlationIds")
      : ruled;
  }),
  gateways: rule<GatewayPath[]>("gateways", (value, { limits }) => {
    const ruled = value === undefined ? right<GatewayPath[]>([]) : gateways(value, "gateways");
    return ruled.ok && ruled.value.length > 0 && !limits.gateways ? beyondService("gateways") : ruled;
  }),
  absoluteTime: optional<string>("absoluteTime", (value, { limits, now }) =>
    limits.absoluteTime ? absoluteTime(value, "absoluteTime", now) : beyondService("absoluteTime"),
  ),
  report: rule<Report>("report", (value) => report(value)),
} as const;

/** A device does not acknowledge an unconfirmed downlink: waiting for it would never end. `undefined` if all is well. */
export function unfitReport(wanted: Report, confirmed: boolean): Refused | undefined {
  return wanted === "ack" && !confirmed
    ? refused("error.invalid-downlink.report-ack", { value: shown(wanted) })
    : undefined;
}

/** What the end of a downlink is known by: without a topic for one of these the node would wait for ever. */
function needOf(wanted: Report, confirmed: boolean): readonly DownlinkNeed[] {
  switch (wanted) {
    case "published":
      return [];
    case "queued":
      return ["downlink_queued"];
    case "sent":
      return ["downlink_queued", "downlink_sent"];
    case "ack":
      return ["downlink_queued", "downlink_ack"];
    case "every":
      return ["downlink_queued", confirmed ? "downlink_ack" : "downlink_sent"];
  }
}

/** An answer that the connection has no topic for never comes. `undefined` if all is well. */
export function unheardReport(
  wanted: Report,
  confirmed: boolean,
  { lacking }: DownlinkLimits,
): Refused | undefined {
  const topic = needOf(wanted, confirmed).find((need) => lacking?.has(need));
  return topic === undefined
    ? undefined
    : refused("error.invalid-downlink.report-no-topic", { value: shown(wanted), topic });
}
