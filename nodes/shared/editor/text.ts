import type { TextValues } from "../../../src/stack/explanation";
import { PACKAGE } from "../package";

/** Of all nodes in the palette. The editor looks it up when it shows it. */
export const CATEGORY_DESCRIPTION = `${PACKAGE}/tts-connection:help.category`;

/** Gives the texts of a node type's own catalogue. */
export const textsOf =
  (set: string) =>
  (key: string, values?: TextValues): string =>
    RED._(`${PACKAGE}/${set}:${key}`, values);

/** Those that the forms of several nodes share are in the catalogue of the config node. */
export const text = textsOf("tts-connection");
