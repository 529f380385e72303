import { readCommands, type PathOf } from "../../src/homeassistant/commands";
import { stateClassIn, type EntityChoice } from "../../src/homeassistant/entities";
import { entityProblem, takesInWords } from "../../src/homeassistant/entityRules";
import { keyOf, nameFor } from "../../src/homeassistant/names";
import {
  ENTITY_COMPONENTS,
  isTopicPrefix,
  MOST_COMMANDS,
  MOST_ENTITIES,
  objectsIn,
} from "../../src/homeassistant/options";
import type { Settings } from "../../src/homeassistant/settings";
import type { Explanation, Text } from "../../src/stack/explanation";
import { shownText } from "../../src/stack/shown";
import { LIMITS } from "../../src/stack/limits";
import { asFlag, asText, asWholeNumber } from "../../src/stack/values";
import { explainProperties } from "../shared/unsetVariable";
import { HOME_ASSISTANT_DEFAULTS, type HomeAssistantProperties } from "./properties";

export type HomeAssistantSettings = Omit<Settings, "names">;

export type HomeAssistantSettingsResult =
  | { readonly ok: true; readonly settings: HomeAssistantSettings; readonly warnings: readonly Text[] }
  | { readonly ok: false; readonly explanation: Explanation };

const wrong = (key: string, values: Explanation["values"]): HomeAssistantSettingsResult => ({
  ok: false,
  explanation: { code: "not_configured", key, values },
});

export function readHomeAssistantSettings(
  given: Partial<HomeAssistantProperties>,
  pathOf: PathOf,
): HomeAssistantSettingsResult {
  const properties: HomeAssistantProperties = { ...HOME_ASSISTANT_DEFAULTS, ...given };
  const unset = explainProperties(given, HOME_ASSISTANT_DEFAULTS);
  if (unset !== undefined) return { ok: false, explanation: unset };
  const prefix = asText(properties.prefix);
  const base = asText(properties.base);
  for (const [property, topic] of Object.entries({ prefix, base }))
    if (!isTopicPrefix(topic)) return wrong("error.not-configured.home-assistant-topic", { property, topic });
  // A base below the other, or the same, would make commands of what Home Assistant says.
  if (prefix === base)
    return wrong("error.not-configured.home-assistant-topic", { property: "base", topic: base });

  const expireAfter = asText(properties.expireAfter);
  const seconds = expireAfter === "" ? undefined : asWholeNumber(expireAfter, LIMITS.expireAfter);
  if (expireAfter !== "" && seconds === undefined)
    return wrong("error.not-configured.home-assistant-expire", {
      seconds: expireAfter,
      most: LIMITS.expireAfter.most,
    });

  const entities = new Map<string, EntityChoice>();
  const warnings: Text[] = [];
  const options = objectsIn(properties.entities, MOST_ENTITIES + 1);
  if (options.length > MOST_ENTITIES)
    warnings.push({ key: "warning.home-assistant-entities", values: { most: MOST_ENTITIES } });
  for (const option of options.slice(0, MOST_ENTITIES)) {
    const field = asText(option.field);
    const key = keyOf(pathOf(field) ?? []);
    const component = asText(option.component);
    if (key === undefined) return wrong("error.not-configured.home-assistant-field", { field });
    const known = ENTITY_COMPONENTS.find((each) => each === component);
    if (component !== "" && known === undefined)
      return wrong("error.not-configured.home-assistant-component", {
        field,
        component,
        words: ENTITY_COMPONENTS.join(", "),
      });
    const warning = warningOf(option, component);
    if (warning !== undefined) warnings.push(warning);
    const text = (value: unknown): string | undefined => nameFor(asText(value)) || undefined;
    entities.set(key, {
      component: known,
      name: text(option.name),
      unit: text(option.unit),
      deviceClass: text(option.deviceClass),
      stateClass: stateClassIn(asText(option.stateClass)),
    });
  }

  if (objectsIn(properties.commands, MOST_COMMANDS + 1).length > MOST_COMMANDS)
    return wrong("error.not-configured.home-assistant-commands", { most: MOST_COMMANDS });
  const read = readCommands(properties.commands, pathOf);
  if (!read.ok) return wrong("error.not-configured.home-assistant-command", { ...read.problem });
  return {
    ok: true,
    warnings,
    settings: {
      ...{ prefix, base, entities, commands: read.commands, expireAfter: seconds },
      automatic: asFlag(properties.automatic),
      diagnostics: asFlag(properties.diagnostics),
    },
  };
}

/** What Home Assistant would not take of an entity, or takes only where it is newer than this package. */
function warningOf(option: Readonly<Record<string, unknown>>, component: string): Text | undefined {
  const { deviceClass, unit, stateClass } = option;
  const problem = entityProblem({
    ...{ component, deviceClass: asText(deviceClass), unit: asText(unit), stateClass: asText(stateClass) },
  });
  if (problem === undefined) return undefined;
  const { property, value, takes } = problem;
  const values = { property, value: shownText(value), field: shownText(asText(option.field)) };
  return property === "deviceClass"
    ? { key: "warning.home-assistant-class", values }
    : { key: "warning.home-assistant-entity", values: { ...values, takes: takesInWords(takes) } };
}
