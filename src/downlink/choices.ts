/** Values that are one of a few words. Usable in the browser. */
import { nearestOf } from "../stack/nearest";
import {
  ENCODINGS,
  OPERATIONS,
  PRIORITIES,
  REPORTS,
  type Encoding,
  type Operation,
  type Priority,
  type Report,
} from "./order";
import { refused, refusedNear, right, type Ruled } from "./ruled";
import { shown } from "./shown";

const among = <T extends string>(value: unknown, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === value);

const near = (value: unknown, choices: readonly string[]): string | undefined =>
  typeof value === "string" ? nearestOf(value, choices)[0] : undefined;

export function operation(value: unknown): Ruled<Operation> {
  const found = value === undefined ? "push" : among(value, OPERATIONS);
  if (found !== undefined) return right(found);
  return refusedNear(
    { alone: "error.invalid-downlink.operation", near: "error.invalid-downlink.operation-near" },
    { property: "operation", value: shown(value) },
    near(value, OPERATIONS),
  );
}

export function encoding(value: unknown): Ruled<Encoding> {
  const found = value === undefined ? "bytes" : among(value, ENCODINGS);
  if (found !== undefined) return right(found);
  return refusedNear(
    { alone: "error.invalid-downlink.encoding", near: "error.invalid-downlink.encoding-near" },
    { value: shown(value) },
    near(value, ENCODINGS),
  );
}

export function report(value: unknown): Ruled<Report> {
  const found = value === undefined ? "queued" : among(value, REPORTS);
  if (found !== undefined) return right(found);
  return refusedNear(
    { alone: "error.invalid-downlink.report", near: "error.invalid-downlink.report-near" },
    { value: shown(value) },
    near(value, REPORTS),
  );
}

/** Upper and lower case. The stack itself takes any other word for LOWEST and says nothing. */
export function priority(value: unknown, property: string): Ruled<Priority> {
  const found = typeof value === "string" ? among(value.toUpperCase(), PRIORITIES) : undefined;
  if (found !== undefined) return right(found);
  return refusedNear(
    { alone: "error.invalid-downlink.priority", near: "error.invalid-downlink.priority-near" },
    { property, value: shown(value) },
    near(value, PRIORITIES) ?? numbered(value),
  );
}

/** The stack numbers its priorities; as text it takes no number. */
function numbered(value: unknown): Priority | undefined {
  const isNumber = typeof value === "number" || (typeof value === "string" && /^\d$/.test(value));
  return isNumber ? PRIORITIES[Number(value)] : undefined;
}

/** In a downlink object the stack takes the number of a priority as well. */
export function priorityOrNumber(value: unknown, property: string): Ruled<Priority> {
  const found = typeof value === "number" ? PRIORITIES[value] : undefined;
  return found === undefined ? priority(value, property) : right(found);
}

const FLAGS = ["true", "false"] as const;

/** A boolean, or its word. */
export function flag(value: unknown, property: string): Ruled<boolean> {
  if (typeof value === "boolean") return right(value);
  const word = among(value, FLAGS);
  return word === undefined ? noFlag(value, property) : right(word === "true");
}

/** A boolean as JSON has it: the stack drops a downlink with the word. */
export function jsonFlag(value: unknown, property: string): Ruled<boolean> {
  return typeof value === "boolean" ? right(value) : noFlag(value, property);
}

function noFlag(value: unknown, property: string): Ruled<boolean> {
  if (typeof value !== "string") {
    return refused("error.invalid-downlink.flag", { property, value: shown(value) });
  }
  return refusedNear(
    { alone: "error.invalid-downlink.flag", near: "error.invalid-downlink.flag-near" },
    { property, value: shown(value) },
    among(value.trim().toLowerCase(), FLAGS),
  );
}
