import type { Explanation, Text } from "../../src/stack/explanation";

/** What a receiving node makes of a message. */
export type Outcome =
  | {
      readonly send: object;
      /** What it is about, for the status: that of one field. */
      readonly value?: unknown;
      /** The key of the status that names the event. */
      readonly word?: string;
      /** What the bytes are sent instead of. */
      readonly lacks?: Text;
      /** Told once per node. */
      readonly warning?: Text;
    }
  /** Catch gets `message` with the error. */
  | { readonly fail: Explanation; readonly message: object }
  /** Nothing is sent, because this is missing. */
  | { readonly skip: Text };
