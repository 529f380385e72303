import { textsOf } from "../../../nodes/shared/editor/text";

export const text = textsOf("tts-migration");
