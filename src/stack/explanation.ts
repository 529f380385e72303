import type { StackError } from "./messages";

/** The codes that flows see in `msg.error.code`. They are fixed: flows in the field compare with them. */
export type ErrorCode =
  | "not_configured"
  | "invalid_downlink"
  | "not_connected"
  | "expired"
  | "not_accepted"
  | "downlink_failed"
  | "not_encoded"
  | "undelivered"
  | "unanswered"
  | "invalid_message"
  | "invalid_request"
  | "connection_refused"
  | "connection_failed"
  | "subscription_refused"
  | "missing_payload"
  | "api_failed";

/** What goes into a text of the catalogue, by the name of its placeholder. Never a secret. */
export type TextValues = Readonly<Record<string, string | number>>;

/** A text of the catalogue (`nodes/shared/locales`) with what goes into it. */
export interface Text {
  readonly key: string;
  readonly values: TextValues;
}

/** What is wrong, for people (a text of the catalogue) and for flows (a code, and the stack's own error where there is one). */
export interface Explanation extends Text {
  readonly code: ErrorCode;
  readonly stack?: StackError;
}
