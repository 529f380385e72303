import { Pace } from "../../src/delivery/pace";
import { usualPort } from "../../src/stack/address";
import type { ConnectionSettings } from "./settings";

const MOST_PACES = 100;

const paces = new Map<string, Pace>();

/** What a server limits together: all connections of an application, whatever their keys, encrypted or not. */
function limitedTogether(settings: ConnectionSettings): string {
  const { service, host, port, tls, applicationId } = settings;
  const account =
    service === "stack" ? settings.tenantId : service === "pubsub" ? settings.username : undefined;
  const ownPort = port === usualPort(tls !== undefined) ? undefined : port;
  return JSON.stringify([service, host.toLowerCase(), ownPort, account, applicationId]);
}

/** The pace of downlinks with these settings. What it has learned of the server outlives deploys: they must not run into the same limit. */
export function paceOf(settings: ConnectionSettings): Pace {
  const identity = limitedTogether(settings);
  const pace = paces.get(identity) ?? new Pace();
  paces.delete(identity);
  paces.set(identity, pace);
  const [oldest] = paces.keys();
  if (paces.size > MOST_PACES && oldest !== undefined) paces.delete(oldest);
  return pace;
}
