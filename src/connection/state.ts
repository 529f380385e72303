import type { ConnectionProblem } from "./problem";

/** What a node can say of its connection. A problem stays until the connection works again. */
export type SessionState =
  | { readonly state: "connecting" }
  | { readonly state: "connected" }
  | { readonly state: "reconnecting"; readonly problem: ConnectionProblem }
  | { readonly state: "refused"; readonly problem: ConnectionProblem };
