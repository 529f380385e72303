import { Ledger } from "../devices/ledger";
import { Latest } from "./latest";
import { type ConnectionSettings, identityOf, serviceOf, withoutSecret } from "./settings";

const MOST_LEDGERS = 8;

const ledgers = new Latest<Ledger>(MOST_LEDGERS);

/**
 * What the traffic of an identity has taught so far: it outlives the session, for the forms are opened right after a deploy. Of the
 * last few identities only, and without their secrets.
 */
export const ledgerOf = (settings: ConnectionSettings): Ledger =>
  ledgers.of(identityOf(settings), () => new Ledger(serviceOf(withoutSecret(settings))));
