import type { WatchRules } from "../../src/devices/watchRules";
import type { Explanation } from "../../src/stack/explanation";
import { isDeviceId, type IdentifierForm } from "../../src/stack/identifiers";
import { asCommaList, asFlag, asText, asWords } from "../../src/stack/values";
import {
  CHANGES,
  gatewayIdsOf,
  isChange,
  matters,
  numberWithin,
  WATCH_LIMITS,
  type Change,
  type Watched,
} from "../../src/stack/watch";
import { explainProperties } from "../shared/unsetVariable";
import { WATCH_CHOICES, WATCH_DEFAULTS, type WatchProperties } from "./properties";

/** The properties of a `tts-watch`, checked; but for the devices, whose form the connection decides on. */
export interface WatchSettings {
  readonly connection: string;
  readonly watch: Watched;
  readonly devices: string;
  readonly gateways: readonly string[];
  readonly changes: ReadonlySet<Change>;
  readonly rules: WatchRules;
  readonly atStart: boolean;
}

export type WatchSettingsResult =
  | { readonly ok: true; readonly settings: WatchSettings }
  | { readonly ok: false; readonly explanation: Explanation };

const wrong = (key: string, values: Explanation["values"]): WatchSettingsResult => ({
  ok: false,
  explanation: { code: "not_configured", key, values },
});

const NUMBERS = ["silentAfter", "batteryBelow", "lostAbove", "marginBelow"] as const;

const MINUTE_MS = 60_000;

/** Why these gateways cannot be watched on a connection to such a network. */
export function explainGateways(
  gateways: readonly string[],
  generation: IdentifierForm,
): Explanation | undefined {
  const gateway = gateways.find((id) => !isDeviceId(id, generation));
  if (gateway === undefined) return undefined;
  return { code: "not_configured", key: "error.not-configured.gateway", values: { gateway } };
}

export function readWatchSettings(given: Partial<WatchProperties>): WatchSettingsResult {
  const properties: WatchProperties = { ...WATCH_DEFAULTS, ...given };
  const counting = Object.entries(WATCH_DEFAULTS).filter(([name]) => matters(name, asText(properties.watch)));
  const unfit = explainProperties(given, WATCH_DEFAULTS, Object.fromEntries(counting));
  if (unfit !== undefined) return { ok: false, explanation: unfit };
  const watch = WATCH_CHOICES.watch.find((known) => known === properties.watch);
  if (!watch) return wrong("error.not-configured.watch", { watch: asText(properties.watch) });
  const gateways = gatewayIdsOf(properties.gateways);
  // The rule of V2 takes all IDs of The Things Stack, too.
  const wrongGateway = matters("gateways", watch) ? explainGateways(gateways, "v2") : undefined;
  if (wrongGateway !== undefined) return { ok: false, explanation: wrongGateway };

  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = {};
  for (const name of NUMBERS) {
    const text = asText(properties[name]);
    if ((text === "" && name === "silentAfter") || !matters(name, watch)) continue;
    const number = numberWithin(text, WATCH_LIMITS[name]);
    if (number === undefined)
      return wrong("error.not-configured.watch-number", { property: name, value: text });
    numbers[name] = number;
  }
  const { silentAfter, batteryBelow = 0, lostAbove = 0, marginBelow = 0 } = numbers;
  // A variable of the environment has them as a text.
  const changes = asWords(properties.changes);
  // With none it answers questions. Some may be of a newer version.
  if (changes.length > 0 && !changes.some(isChange)) {
    const value = changes.join(", ");
    return wrong("error.not-configured.downlink", { property: "changes", value, rule: CHANGES.join(", ") });
  }
  return {
    ok: true,
    settings: {
      connection: properties.connection,
      watch,
      devices: matters("devices", watch) ? asCommaList(properties.devices) : "",
      gateways,
      changes: new Set(changes.filter(isChange)),
      atStart: asFlag(properties.atStart),
      rules: {
        silentAfter: silentAfter === undefined ? undefined : silentAfter * MINUTE_MS,
        batteryBelow,
        lostAbove: lostAbove / 100,
        marginBelow,
      },
    },
  };
}
