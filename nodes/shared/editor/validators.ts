/** Rules in the shape that the editor wants its validators in. */
import { wrongProperty } from "../../../src/stack/propertyTypes";
import { asCommaList, asIs, asTrueOrFalse } from "../../../src/stack/values";
import { connectionOf, generationOf } from "./connection";
import { valueNow } from "./openForms";
import type { EditedNode, Validator } from "./red";
import { devicesOf as devicesRule, isEnvironmentVariable, type Reason, type Rule } from "./rules";
import { text } from "./text";

/** The reason in words, named by its field where the editor lists the reasons of a whole node. */
const inWords = ({ key, values }: Reason, label: string | undefined): string =>
  label === undefined ? text(key, values) : `${label}: ${text(key, values)}`;

/** Of a type that no form writes, for which the node would be refused. */
const isOther = (value: unknown): value is object | boolean =>
  typeof value === "boolean" || (typeof value === "object" && value !== null);

/** Of a property missing in a flow (`undefined`) the default counts, which is valid. */
export function validator(rule: Rule): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    if (value === undefined || (typeof value === "string" && isEnvironmentVariable(value))) return true;
    const reason = isOther(value)
      ? { key: "validation.no-text" }
      : rule(asIs(value), (property) => valueNow(this, property));
    return reason === undefined || inWords(reason, options.label);
  };
}

/** The same for a property whose default, empty, is not always valid. */
export function missingIsEmpty(check: Validator): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    return check.call(this, value ?? "", options);
  };
}

/** A text with commas, which may be a list. */
export function commaList(check: Validator): Validator {
  // The editor accepts a reason only from a validator with exactly two parameters.
  return function (this: EditedNode, value, options) {
    const isList = Array.isArray(value) && !value.some(isOther);
    return check.call(this, isList ? asCommaList(value) : value, options);
  };
}

/** Nothing that could be a list. */
export const listReason = (property: string, value: unknown): Reason | undefined =>
  wrongProperty({ [property]: value }, { [property]: [] }) && { key: "validation.no-list" };

/** Of a checkbox, for which a flow may have anything. */
// The editor accepts a reason only from a validator with exactly two parameters.
export const flag: Validator = (value, options) => {
  if (value === undefined || asTrueOrFalse(value) !== undefined) return true;
  if (typeof value === "string" && isEnvironmentVariable(value)) return true;
  return inWords({ key: "validation.flag" }, options.label);
};

const devicesOf = { v2: validator(devicesRule("v2")), v3: validator(devicesRule("v3")) };

/** A list of device IDs, whose form the service of the chosen connection decides on. */
export const devices: Validator = function (this: EditedNode, value, options) {
  const form = generationOf(connectionOf(this));
  return commaList(devicesOf[form]).call(this, value, options);
};

/** A validator that another property decides on; without a rule for its value everything is valid. */
export function validatorBy(property: string, rules: Readonly<Record<string, Rule>>): Validator {
  const validators = new Map(Object.entries(rules).map(([value, rule]) => [value, validator(rule)]));
  return function (this: EditedNode, value, options) {
    return validators.get(valueNow(this, property))?.call(this, value, options) ?? true;
  };
}
