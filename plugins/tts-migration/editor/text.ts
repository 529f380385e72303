import type { TextValues } from "../../../nodes/shared/editor/red";

const CATALOGUE = "@tts-flows/node-red-the-things-stack/tts-migration";

export const text = (key: string, values?: TextValues): string => RED._(`${CATALOGUE}:${key}`, values);
