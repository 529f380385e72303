import type { Explanation } from "../../src/stack/explanation";
import { LONGEST_LIST, parsePorts } from "../../src/stack/filters";
import type { UplinkPayloadOptions } from "../../src/stack/uplink";
import { asFlag, asText } from "../shared/values";
import { UPLINK_DEFAULTS, type UplinkProperties } from "./properties";

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
  readonly emptyFrames: boolean;
  readonly shape: UplinkProperties["shape"];
}

export type UplinkSettingsResult =
  | { readonly ok: true; readonly settings: UplinkSettings }
  | { readonly ok: false; readonly explanation: Explanation };

const CHOICES = {
  output: ["decoded", "bytes", "field", "normalized", "message"],
  missing: ["bytes", "skip", "error"],
  shape: ["v3", "v2"],
} as const;

const CHOICE_KEYS = {
  output: "error.not-configured.output",
  missing: "error.not-configured.missing",
  shape: "error.not-configured.shape",
} as const;

const wrong = (key: string, values: Explanation["values"]): UplinkSettingsResult => ({
  ok: false,
  explanation: { code: "not_configured", key, values },
});

/** @param pathOf the parts of a Node-RED property expression; throws for a text that is none */
export function readUplinkSettings(
  given: Partial<UplinkProperties>,
  pathOf: (expression: string) => (string | number | object)[],
): UplinkSettingsResult {
  const properties: UplinkProperties = { ...UPLINK_DEFAULTS, ...given };
  for (const name of ["output", "missing", "shape"] as const) {
    const choices: readonly string[] = CHOICES[name];
    if (!choices.includes(properties[name])) return wrong(CHOICE_KEYS[name], { [name]: properties[name] });
  }
  const { connection, output, missing, shape } = properties;
  const field = asText(properties.field);
  const ports = asText(properties.ports);

  const parsed = parsePorts(ports);
  if (!parsed.ok && parsed.problem.rule === "too_long")
    return wrong("error.not-configured.list-too-long", { list: "FPorts", most: LONGEST_LIST.ports });
  if (!parsed.ok) return wrong("error.not-configured.ports", { ports, part: parsed.problem.part });
  let fieldPath: (string | number)[] = [];
  if (output === "field") {
    try {
      const path = pathOf(field);
      // `a[msg.b]` is a Node-RED expression too, and comes as a list in the list; here is no message to look into.
      fieldPath = path.filter((step) => typeof step !== "object");
      if (fieldPath.length < path.length) return wrong("error.not-configured.field", { field });
    } catch {
      return wrong("error.not-configured.field", { field });
    }
  }
  return {
    ok: true,
    settings: {
      connection,
      devices: asText(properties.devices),
      ports,
      wantsPort: (fPort) => parsed.matches(fPort),
      output,
      missing,
      shape,
      field,
      fieldPath,
      emptyFrames: asFlag(properties.emptyFrames),
    },
  };
}
