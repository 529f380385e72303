import type { Explanation } from "../../src/stack/explanation";
import { LONGEST_LIST, parsePorts } from "../../src/stack/filters";
import { topicFor } from "../../src/stack/messageTopic";
import type { UplinkPayloadOptions } from "../../src/stack/uplink";
import { explainTopic } from "../shared/topic";
import { explainProperties } from "../shared/unsetVariable";
import { asCommaList, asFlag, asText } from "../../src/stack/values";
import { fieldPathOf, type NormalisePath } from "../shared/fieldPath";
import { UPLINK_CHOICES, UPLINK_DEFAULTS, type UplinkProperties } from "./properties";

/** The properties of a `tts-uplink`, checked. */
export interface UplinkSettings extends UplinkPayloadOptions {
  readonly connection: string;
  readonly devices: string;
  /** As in the form; empty for all. */
  readonly ports: string;
  readonly wantsPort: (fPort: number | undefined) => boolean;
  readonly fieldPath: readonly (string | number)[];
  /** As in the form. */
  readonly field: string;
  /** Gives `msg.topic`; undefined where it is the MQTT topic. */
  readonly topicOf: ((deviceId: string) => string) | undefined;
  readonly emptyFrames: boolean;
  readonly shape: UplinkProperties["shape"];
}

export type UplinkSettingsResult =
  | { readonly ok: true; readonly settings: UplinkSettings }
  | { readonly ok: false; readonly explanation: Explanation };

const CHOICE_KEYS = {
  output: "error.not-configured.output",
  missing: "error.not-configured.missing",
  shape: "error.not-configured.shape",
} as const;

const wrong = (key: string, values: Explanation["values"]): UplinkSettingsResult => ({
  ok: false,
  explanation: { code: "not_configured", key, values },
});

export function readUplinkSettings(
  given: Partial<UplinkProperties>,
  pathOf: NormalisePath,
): UplinkSettingsResult {
  const properties: UplinkProperties = { ...UPLINK_DEFAULTS, ...given };
  const unset = explainProperties(given, UPLINK_DEFAULTS);
  if (unset !== undefined) return { ok: false, explanation: unset };
  for (const name of ["output", "missing", "shape"] as const) {
    const choices: readonly string[] = UPLINK_CHOICES[name];
    if (!choices.includes(properties[name])) return wrong(CHOICE_KEYS[name], { [name]: properties[name] });
  }
  const wrongTopic = explainTopic(properties.topic);
  if (wrongTopic !== undefined) return { ok: false, explanation: wrongTopic };
  const { connection, output, missing, topic, shape } = properties;
  const field = asText(properties.field);
  const ports = asCommaList(properties.ports);

  const parsed = parsePorts(ports);
  if (!parsed.ok) {
    const { part, rule } = parsed.problem;
    if (rule === "too_long")
      return wrong("error.not-configured.ports-too-long", { most: LONGEST_LIST.ports });
    return rule === "never"
      ? wrong("error.not-configured.ports-never", { ports, part })
      : wrong("error.not-configured.ports", { ports, part });
  }
  const fieldPath = output === "field" ? fieldPathOf(field, pathOf) : [];
  if (fieldPath === undefined) return wrong("error.not-configured.field", { field });
  return {
    ok: true,
    settings: {
      connection,
      devices: asCommaList(properties.devices),
      ports,
      wantsPort: (fPort) => parsed.matches(fPort),
      output,
      missing,
      shape,
      field,
      fieldPath,
      topicOf: topicFor(topic, output === "field" ? field : ""),
      emptyFrames: asFlag(properties.emptyFrames),
    },
  };
}
