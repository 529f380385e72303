/** What may stand in the form: the run time asks the same. */
import { readCommands, type CommandProblem } from "../../../src/homeassistant/commands";
import { entityProblem, takesInWords, type WrittenEntity } from "../../../src/homeassistant/entityRules";
import { keyOf } from "../../../src/homeassistant/names";
import { isTopicPrefix, MOST_COMMANDS, MOST_ENTITIES, objectsIn } from "../../../src/homeassistant/options";
import { LIMITS, wholeNumber } from "../../../src/stack/limits";
import { wrongProperty } from "../../../src/stack/propertyTypes";
import { asText } from "../../../src/stack/values";
import { fieldPathOf } from "../../shared/fieldPath";
import { valueNow } from "../../shared/editor/openForms";
import type { EditedNode, Validator } from "../../shared/editor/red";
import { isEnvironmentVariable } from "../../shared/editor/rules";
import { text as sharedText, textsOf } from "../../shared/editor/text";

const say = textsOf("tts-home-assistant");

const pathOf = (field: string): readonly (string | number)[] | undefined =>
  fieldPathOf(field, (expression) => RED.utils.normalisePropertyExpression(expression));

/** The reason in words, or `undefined`. `prefix` is what the node has now. */
type Reason = (value: unknown, prefix?: string) => string | undefined;

/** Of a type that no form writes. */
const typeReason = (property: string, value: unknown, usual: unknown, key: string): string | undefined =>
  wrongProperty({ [property]: value }, { [property]: usual }) && sharedText(key);

const listReason = (property: string, value: unknown): string | undefined =>
  typeReason(property, value, [], "validation.no-list");

export const entitiesReason: Reason = (value) => {
  const wrong = listReason("entities", value);
  if (wrong !== undefined) return wrong;
  const list = objectsIn(value, MOST_ENTITIES + 1);
  if (list.length > MOST_ENTITIES) return say("reason.most-entities", { most: MOST_ENTITIES });
  for (const each of list) {
    const reason = entityReason(each);
    if (reason !== undefined) return reason;
  }
  return undefined;
};

function entityReason(given: unknown): string | undefined {
  const text = (name: keyof WrittenEntity | "field"): string => {
    const written: unknown =
      typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;
    return typeof written === "string" ? written.trim() : "";
  };
  const field = text("field");
  if (keyOf(pathOf(field) ?? []) === undefined) return say("reason.field");
  const written = { component: text("component"), deviceClass: text("deviceClass"), unit: text("unit") };
  const problem = entityProblem({ ...written, stateClass: text("stateClass") });
  if (problem === undefined) return undefined;
  const { property, value, takes } = problem;
  const values = { field, property: say(ENTITY_LABELS[property]), value };
  return property === "deviceClass"
    ? say("reason.device-class", values)
    : say("reason.entity", { ...values, takes: takesInWords(takes) });
}

const ENTITY_LABELS: Readonly<Record<keyof WrittenEntity, string>> = {
  component: "label.component",
  deviceClass: "label.device-class",
  unit: "label.unit",
  stateClass: "label.state-class",
};

const PROPERTY_LABELS: Readonly<Record<string, string>> = {
  key: "label.key",
  component: "label.component",
  devices: "label.devices",
  fPort: "label.f-port",
  encoding: "label.sends",
  payload: "label.payload",
  on: "label.on",
  off: "label.off",
  options: "label.options",
  min: "label.min",
  max: "label.max",
  step: "label.step",
  width: "label.width",
  state: "label.state",
  priority: "label.priority",
  confirmed: "label.confirmed",
};

const inWords = ({ command, property, value }: CommandProblem): string => {
  const label = PROPERTY_LABELS[property];
  const values = { command: command || "?", property: label === undefined ? property : say(label), value };
  return value === "" ? say("reason.command-missing", values) : say("reason.command", values);
};

export const commandsReason: Reason = (value) => {
  const wrong = listReason("commands", value);
  if (wrong !== undefined) return wrong;
  if (objectsIn(value, MOST_COMMANDS + 1).length > MOST_COMMANDS)
    return say("reason.most-commands", { most: MOST_COMMANDS });
  const read = readCommands(value, pathOf);
  return read.ok ? undefined : inWords(read.problem);
};

export const topicReason: Reason = (value) =>
  isTopicPrefix(asText(value)) ? undefined : say("reason.topic");

/** Else what Home Assistant says would be taken for commands. */
export const baseReason: Reason = (value, prefix = "") =>
  topicReason(value) ?? (asText(value) === prefix.trim() ? say("reason.topic-same") : undefined);

export const expireReason: Reason = (value) =>
  typeReason("expireAfter", value, "", "validation.no-text") ??
  (asText(value) === "" || wholeNumber(asText(value), LIMITS.expireAfter) !== undefined
    ? undefined
    : say("reason.expire-after", { most: LIMITS.expireAfter.most }));

/** Of a property missing in a flow the default counts, which is valid. */
export function validatorOf(reason: Reason): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    if (value === undefined || (typeof value === "string" && isEnvironmentVariable(value))) return true;
    const why = reason(value, valueNow(this, "prefix"));
    if (why === undefined) return true;
    return options.label === undefined ? why : `${options.label}: ${why}`;
  };
}
