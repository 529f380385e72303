import { Traffic } from "../../src/connection/traffic";
import type { Service } from "../../src/services/service";

const MOST_RECORDS = 8;

const records = new Map<string, Traffic>();

/**
 * What the traffic of an identity has taught so far: it outlives the session, for the forms are opened right after a deploy. Of the
 * last few identities only.
 * @param identity of the settings; secret
 */
export function trafficOf(identity: string, service: Service): Traffic {
  const traffic = records.get(identity) ?? new Traffic(service);
  records.delete(identity);
  records.set(identity, traffic);
  const [oldest] = records.keys();
  if (records.size > MOST_RECORDS && oldest !== undefined) records.delete(oldest);
  return traffic;
}
