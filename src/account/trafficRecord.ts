import { Traffic } from "../connection/traffic";
import { Latest } from "./latest";
import { type ConnectionSettings, identityOf, serviceOf, withoutSecret } from "./settings";

const MOST_RECORDS = 8;

const records = new Latest<Traffic>(MOST_RECORDS);

/**
 * What the traffic of an identity has taught so far: it outlives the session, for the forms are opened right after a deploy. Of the
 * last few identities only, and without their secrets.
 */
export const trafficOf = (settings: ConnectionSettings): Traffic =>
  records.of(identityOf(settings), () => new Traffic(serviceOf(withoutSecret(settings))));
