import type { Explanation, Text } from "../stack/explanation";

/** Who an error has reached: across all config nodes of a session, so that no Catch node gets it twice. */
export interface Reached {
  /** Catch nodes. */
  readonly nodes: WeakSet<object>;
  anyone: boolean;
}

export const notReached = (): Reached => ({ nodes: new WeakSet(), anyone: false });

/** An error of the connection, for Catch nodes. */
export interface ErrorNotice {
  readonly notice: "error";
  readonly explanation: Explanation;
  /** Of a message that could not be read. */
  readonly payload?: Buffer;
  readonly topic?: string;
  readonly reached: Reached;
}

/** What a session has to say to the flows, by way of its config nodes. */
export type Notice = ErrorNotice | { readonly notice: "warning"; readonly text: Text };
