/** Texts that the forms of several nodes share are in the catalogue of the config node. */
import type { TextValues } from "./red";

const CATALOGUE = "@tts-flows/node-red-the-things-stack/tts-connection";

/** Of all nodes in the palette. The editor looks it up when it shows it. */
export const CATEGORY_DESCRIPTION = `${CATALOGUE}:help.category`;

export const text = (key: string, values?: TextValues): string => RED._(`${CATALOGUE}:${key}`, values);
