import type { SessionState } from "../connection/state";
import type { Text } from "../stack/explanation";

/** Why there is no connection, as far as it is known by now. */
export interface Explained {
  readonly explanation?: Text | undefined;
}

/** What a node can show of its connection: the state of the session, and what is known beyond it. */
export type ConnectionView =
  | (SessionState & Explained)
  | ({ readonly state: "not_configured" } & Explained)
  /** Connected to a broker by which the stack publishes, but does not listen for downlinks. */
  | { readonly state: "not_heard" }
  /** Connected, but the event stream of the API cannot be had, and something that the node waits for comes only there. */
  | { readonly state: "no_stream" }
  /** Connected, but the API key may not do what the node is there for. */
  | { readonly state: "no_right"; readonly right: "read" | "write" };
