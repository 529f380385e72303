import type { ConnectionSettings } from "../../src/account/settings";
import type { SharedSession } from "../../src/account/sharedSession";
import { deployment } from "./deployment";

interface Kept {
  readonly session: SharedSession;
  readonly letGo: () => void;
}

const kept = new Set<Kept>();

/** Keeps a session for nodes that a deploy makes anew, until its end or until another session needs its client ID. */
export function keepUntilDeployed(session: SharedSession, letGo: () => void): void {
  let callOff = (): void => undefined;
  const entry: Kept = {
    session,
    letGo: () => {
      if (!kept.delete(entry)) return;
      callOff();
      letGo();
    },
  };
  kept.add(entry);
  callOff = deployment.atEnd(() => entry.letGo());
}

/** A connection has other settings since the deploy, and the client ID that it had: a broker lets only one session have it. */
export function letGoOfRivals(settings: ConnectionSettings): void {
  for (const { session, letGo } of kept) if (session.isRivalOf(settings)) letGo();
}
