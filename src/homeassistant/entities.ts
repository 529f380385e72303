/** What a field is in Home Assistant: by the user's words, then the decoder's, then the normalized payload, then its name. */
import { BINARY_CLASSES, isSensorClass, stateClassFor, takesUnit, usualUnit } from "./classes";
import { classOfFlag, type FieldRecord } from "./device";
import { numberMeaning, type Meaning } from "./fieldTable";
import { fieldName, nameFor } from "./names";
import { MEASUREMENTS } from "./normalized";
import { STATE_CLASSES, type EntityComponent, type StateClass } from "./options";

/** An `EntityOption` that was read. */
export interface EntityChoice {
  readonly component: EntityComponent | undefined;
  readonly name: string | undefined;
  readonly unit: string | undefined;
  readonly deviceClass: string | undefined;
  readonly stateClass: StateClass | undefined;
}

export interface Entity {
  readonly component: "sensor" | "binary_sensor";
  readonly name: string;
  readonly unit?: string;
  readonly deviceClass?: string;
  readonly stateClass?: StateClass;
}

const NONE: EntityChoice = {
  component: undefined,
  name: undefined,
  unit: undefined,
  deviceClass: undefined,
  stateClass: undefined,
};

const LONGEST_UNIT = 20;

export const stateClassIn = (text: string | undefined): StateClass | undefined =>
  STATE_CLASSES.find((each) => each === text);

/** The entity of a field. `undefined`: it has none, because it is switched off or only what was chosen is shown. */
export function entityOf(
  field: FieldRecord,
  choice: EntityChoice | undefined,
  automatic: boolean,
): Entity | undefined {
  if (choice === undefined && !automatic) return undefined;
  const chosen = choice ?? NONE;
  const { component: chosenComponent } = chosen;
  if (chosenComponent === "off") return undefined;
  const said = automatic ? (field.attributes ?? {}) : {};
  const component: Entity["component"] =
    chosenComponent ?? (field.kind === "flag" ? "binary_sensor" : "sensor");
  const name = chosen.name ?? (said.name === undefined ? fieldName(field.path) : nameFor(said.name));
  if (component === "binary_sensor") {
    const known = [said.deviceClass, automatic ? classOfFlag(field) : undefined].find(isBinaryClass);
    const deviceClass = chosen.deviceClass ?? known;
    return deviceClass === undefined ? { component, name } : { component, name, deviceClass };
  }
  if (field.kind !== "number") {
    const { deviceClass, unit } = chosen;
    return { component, name, ...(deviceClass ? { deviceClass } : {}), ...(unit ? { unit } : {}) };
  }
  const meaning = meaningOf(field, chosen, automatic);
  const stateClass = stateClassFor(meaning.deviceClass, chosen.stateClass ?? stateClassIn(said.stateClass));
  return { component, name, ...meaning, ...(stateClass === undefined ? {} : { stateClass }) };
}

const isBinaryClass = (text: string | undefined): text is string =>
  text !== undefined && BINARY_CLASSES.has(text);

/** Class and unit that go together: Home Assistant refuses others. What the user says stands, it may know more than this package. */
function meaningOf(field: FieldRecord, chosen: EntityChoice, automatic: boolean): Meaning {
  const said = automatic ? (field.attributes ?? {}) : {};
  const known = automatic ? knownOf(field) : {};
  const told = said.unit === undefined ? known.unit : nameFor(said.unit).slice(0, LONGEST_UNIT);
  const unit = chosen.unit ?? told;
  const classes = [said.deviceClass, known.deviceClass].filter((each) => each !== undefined);
  const deviceClass = chosen.deviceClass ?? classes.find((each) => takesUnit(each, unit ?? usualUnit(each)));
  const whole = chosen.unit ?? unitWith(deviceClass, told);
  return { ...(deviceClass ? { deviceClass } : {}), ...(whole === "" ? {} : { unit: whole }) };
}

/** A class that was chosen for a field with the unit of another class has its usual one. */
function unitWith(deviceClass: string | undefined, told: string | undefined): string {
  if (deviceClass === undefined || !isSensorClass(deviceClass)) return told ?? "";
  return told !== undefined && takesUnit(deviceClass, told) ? told : usualUnit(deviceClass);
}

function knownOf({ key, path, unit, isNormalized }: FieldRecord): Meaning {
  const measurement = isNormalized ? MEASUREMENTS.get(key) : undefined;
  if (measurement !== undefined) {
    const { deviceClass, unit: agreed } = measurement;
    return { ...(deviceClass ? { deviceClass } : {}), ...(agreed ? { unit: agreed } : {}) };
  }
  if (unit === "V" || unit === "mV") return { deviceClass: "voltage", unit };
  return numberMeaning(path);
}
