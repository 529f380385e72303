/** What the form of `tts-event` calls the events. */
import type { EventGroup, EventKind } from "../../src/stack/event";

/** The key of its text. */
export const eventLabel = (kind: EventKind): string => `option.${kind.replaceAll("_", "-")}`;

/** The key of its heading. */
export const groupLabel = (group: EventGroup): string => `label.${group}`;
