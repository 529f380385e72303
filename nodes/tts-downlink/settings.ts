import type { Explanation } from "../../src/stack/explanation";
import type { DownlinkOptions } from "../../src/delivery/contract";
import { LIMITS } from "../../src/stack/limits";
import type { TypedInput } from "./typedInput";
import { explainProperties } from "../shared/unsetVariable";
import { asText, asWholeNumber } from "../../src/stack/values";
import { DOWNLINK_CHOICES, DOWNLINK_DEFAULTS, type DownlinkProperties } from "./properties";

/** The values that a message can bring. */
export const VALUES = [
  "device",
  "operation",
  "fPort",
  "payload",
  "priority",
  "confirmed",
  "maxAttempts",
  "correlationIds",
  "absoluteTime",
] as const;

export type ValueName = (typeof VALUES)[number];

const NEED_ONLY_A_DEVICE: ReadonlySet<unknown> = new Set(["clear", "list"]);

/** Whether a value means something: emptying and reading the queue need only the device, and whole downlink objects bring all of theirs. */
export function applies(
  name: ValueName,
  operation: unknown,
  encoding: DownlinkProperties["encoding"],
): boolean {
  if (name === "device" || name === "operation") return true;
  return !NEED_ONLY_A_DEVICE.has(operation) && (name === "payload" || encoding !== "downlinks");
}

/** The properties of a `tts-downlink`, as far as they do not depend on the message. */
export interface DownlinkSettings extends DownlinkOptions {
  readonly connection: string;
  readonly inputs: Readonly<Record<ValueName, TypedInput>>;
  readonly encoding: DownlinkProperties["encoding"];
  /** As in the form: checked with each message, like all that goes into a downlink. */
  readonly gateways: unknown;
}

export type DownlinkSettingsResult =
  | { readonly ok: true; readonly settings: DownlinkSettings }
  | { readonly ok: false; readonly explanation: Explanation };

/** What a form writes; others may have a boolean there. */
const asWritten = (value: unknown): string => (typeof value === "boolean" ? String(value) : asText(value));

const wrong = (property: string, value: unknown, rule: string): DownlinkSettingsResult => ({
  ok: false,
  explanation: {
    code: "not_configured",
    key: "error.not-configured.downlink",
    values: { property, value: asText(value), rule },
  },
});

export function readDownlinkSettings(given: Partial<DownlinkProperties>): DownlinkSettingsResult {
  const properties: DownlinkProperties = { ...DOWNLINK_DEFAULTS, ...given };
  const unset = explainProperties(given, DOWNLINK_DEFAULTS);
  if (unset !== undefined) return { ok: false, explanation: unset };
  for (const name of ["encoding", "report", "offline"] as const) {
    const choices: readonly string[] = DOWNLINK_CHOICES[name];
    if (!choices.includes(properties[name])) return wrong(name, properties[name], choices.join(", "));
  }
  const timeout = asWholeNumber(properties.timeout, LIMITS.timeout);
  if (timeout === undefined) {
    const values = { timeout: asText(properties.timeout), most: LIMITS.timeout.most };
    return {
      ok: false,
      explanation: { code: "not_configured", key: "error.not-configured.timeout", values },
    };
  }

  const input = (name: ValueName): TypedInput => ({
    value: asWritten(properties[name]),
    type: properties[`${name}Type`],
  });
  const { connection, encoding, report, offline, gateways } = properties;
  return {
    ok: true,
    settings: {
      connection,
      encoding,
      report,
      offline,
      timeout,
      gateways,
      inputs: {
        device: input("device"),
        operation: input("operation"),
        fPort: input("fPort"),
        payload: { value: properties.payload, type: properties.payloadType },
        priority: input("priority"),
        confirmed: input("confirmed"),
        maxAttempts: input("maxAttempts"),
        correlationIds: input("correlationIds"),
        absoluteTime: input("absoluteTime"),
      },
    },
  };
}
