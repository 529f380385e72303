/** The fields of an entity and of a command, as the form has them. */
import { PRIORITIES } from "../../../src/downlink/order";
import { textsOf } from "../../shared/editor/text";
import type { Row, RowField } from "./rowList";

const say = textsOf("tts-home-assistant");

const isNot =
  (name: string, ...values: readonly string[]) =>
  (row: Row): boolean =>
    !values.includes(row[name] ?? "");

const is =
  (name: string, ...values: readonly string[]) =>
  (row: Row): boolean =>
    values.includes(row[name] ?? "");

const isShown = isNot("component", "off");
const isSensor = isNot("component", "off", "binary_sensor");

export const entityFields = (): readonly RowField[] => [
  { name: "field", label: say("label.field"), placeholder: "air.temperature", width: 2 },
  {
    name: "component",
    label: say("label.component"),
    width: 2,
    options: [
      ["", say("option.recognised")],
      ["sensor", "sensor"],
      ["binary_sensor", "binary_sensor"],
      ["off", say("option.off")],
    ],
  },
  { name: "name", label: say("label.entity-name"), width: 2, isShown },
  { name: "deviceClass", label: say("label.device-class"), placeholder: "temperature", width: 2, isShown },
  { name: "unit", label: say("label.unit"), placeholder: "°C", width: 2, isShown: isSensor },
  {
    name: "stateClass",
    label: say("label.state-class"),
    width: 2,
    isShown: isSensor,
    options: [
      ["", say("option.recognised")],
      ["measurement", "measurement"],
      ["total", "total"],
      ["total_increasing", "total_increasing"],
      ["measurement_angle", "measurement_angle"],
    ],
  },
];

const ofBytes = (row: Row): boolean => row.encoding === "bytes";

export const commandFields = (): readonly RowField[] => [
  {
    name: "component",
    label: say("label.component"),
    width: 2,
    options: [
      ["switch", say("option.switch")],
      ["button", say("option.button")],
      ["number", say("option.number")],
      ["select", say("option.select")],
    ],
  },
  { name: "name", label: say("label.entity-name"), placeholder: say("placeholder.command-name"), width: 2 },
  { name: "key", label: say("label.key"), placeholder: "valve", width: 2 },
  { name: "devices", label: say("label.devices"), placeholder: say("placeholder.devices"), width: 4 },
  { name: "fPort", label: say("label.f-port"), placeholder: "1-223", width: 2 },
  {
    name: "encoding",
    label: say("label.sends"),
    width: 3,
    options: [
      ["fields", say("option.fields")],
      ["bytes", say("option.bytes")],
    ],
  },
  { name: "payload", label: say("label.payload"), placeholder: '{"open": "$value"} · 01 $value', width: 3 },
  {
    name: "on",
    label: say("label.on"),
    placeholder: "true · 01",
    width: 3,
    isShown: is("component", "switch"),
  },
  {
    name: "off",
    label: say("label.off"),
    placeholder: "false · 00",
    width: 3,
    isShown: is("component", "switch"),
  },
  {
    name: "options",
    label: say("label.options"),
    placeholder: "eco=01, comfort=02",
    width: 6,
    isShown: is("component", "select"),
  },
  { name: "min", label: say("label.min"), placeholder: "0", width: 1, isShown: is("component", "number") },
  { name: "max", label: say("label.max"), placeholder: "100", width: 1, isShown: is("component", "number") },
  { name: "step", label: say("label.step"), placeholder: "1", width: 1, isShown: is("component", "number") },
  {
    name: "unit",
    label: say("label.unit"),
    placeholder: "min",
    width: 1,
    isShown: is("component", "number"),
  },
  {
    name: "width",
    label: say("label.width"),
    placeholder: "1",
    width: 2,
    isShown: (row) => ofBytes(row) && row.component === "number",
  },
  {
    name: "state",
    label: say("label.state"),
    placeholder: say("placeholder.state"),
    width: 2,
    isShown: isNot("component", "button"),
  },
  {
    name: "confirmed",
    label: say("label.confirmed"),
    width: 2,
    read: (value) => (value === "true" ? value : ""),
    options: [
      ["", say("option.no")],
      ["true", say("option.yes")],
    ],
  },
  {
    name: "priority",
    label: say("label.priority"),
    width: 2,
    options: [
      ["", "NORMAL"],
      ...PRIORITIES.filter((each) => each !== "NORMAL").map((each) => [each, each] as const),
    ],
  },
];

export const NEW_COMMAND: Row = { component: "switch", encoding: "fields" };
