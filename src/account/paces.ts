import { Pace } from "../delivery/pace";
import { Latest } from "./latest";
import { applicationOf, type ConnectionSettings } from "./settings";

const MOST_PACES = 100;

const paces = new Latest<Pace>(MOST_PACES);

/**
 * The pace of downlinks with these settings. A server limits all connections of an application together. What was learned of it outlives
 * deploys: they must not run into the same limit.
 */
export function paceOf(settings: ConnectionSettings): Pace {
  return paces.of(applicationOf(settings), () => new Pace());
}
