/** Texts that the forms of several nodes share are in the catalogue of the config node. */
import type { TextValues } from "./red";

const CATALOGUE = "@tts-flows/node-red-the-things-stack/tts-connection";

export const text = (key: string, values?: TextValues): string => RED._(`${CATALOGUE}:${key}`, values);
