import { Pace } from "../delivery/pace";
import { usualPort } from "../stack/address";
import { Latest } from "./latest";
import { limitedWith, type ConnectionSettings } from "./settings";

const MOST_PACES = 100;

const paces = new Latest<Pace>(MOST_PACES);

/** What a server limits together: all connections of an application, whatever their keys, encrypted or not. */
function limitedTogether(settings: ConnectionSettings): string {
  const { service, host, port, tls, applicationId } = settings;
  const ownPort = port === usualPort(tls !== undefined) ? undefined : port;
  return JSON.stringify([service, host.toLowerCase(), ownPort, limitedWith(settings), applicationId]);
}

/** The pace of downlinks with these settings. What it has learned of the server outlives deploys: they must not run into the same limit. */
export function paceOf(settings: ConnectionSettings): Pace {
  return paces.of(limitedTogether(settings), () => new Pace());
}
