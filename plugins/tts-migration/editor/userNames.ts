/** Who logs in at the brokers of core's MQTT nodes: an application, as `app1@ttn`. The editor may read it, the password it may not. */
import type { Conversion } from "../conversion/convert";
import { textIn } from "../conversion/flow";

/** By the IDs of brokers. */
export type UserNames = ReadonlyMap<string, string>;

/** Asks for them where no topic names the application. */
export function userNamesFor({ added, replacements }: Conversion, tell: (users: UserNames) => void): void {
  const users = new Map<string, string>();
  const isUnknown = added.some((node) => textIn(node, "applicationId") === "");
  const brokers = isUnknown
    ? new Set(replacements.map(({ old }) => textIn(old, "broker")))
    : new Set<string>();
  brokers.delete("");
  let asked = brokers.size;
  if (asked === 0) tell(users);
  for (const id of brokers)
    $.ajax({ url: `credentials/mqtt-broker/${encodeURIComponent(id)}`, dataType: "json", timeout: 5_000 })
      .done((stored: { readonly user?: unknown }) => {
        if (typeof stored.user === "string") users.set(id, stored.user);
      })
      // Who may not read it enters the application.
      .always(() => {
        asked -= 1;
        if (asked === 0) tell(users);
      });
}
