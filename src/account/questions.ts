import { explainApiFailure, type ApiSubject } from "../diagnosis/apiFailed";
import { GENEROUS } from "../diagnosis/apiRequest";
import { encodeByStack, type Encoded, type FieldsToEncode } from "../diagnosis/encoder";
import type { StackApi } from "../diagnosis/stackApi";
import type { Explanation } from "../stack/explanation";
import type { ApplicationDownlink } from "../stack/messages";
import { stackSettingsOf, type ConnectionSettings } from "./settings";
import { apiOf } from "./stackAccess";

export type QueueAnswer =
  | { readonly ok: true; readonly downlinks: readonly ApplicationDownlink[] }
  | { readonly ok: false; readonly explanation: Explanation };

/** Undefined where the connection is not to the stack's own server, or its API is switched off. */
export function questionsFor(settings: ConnectionSettings): Questions | undefined {
  const stack = stackSettingsOf(settings);
  // The answer says whom it asked.
  const office = stack && apiOf(stack, true);
  return office && new Questions(office.api, office.url, stack.applicationId);
}

/** What flows and forms ask of the stack's HTTP API, about the devices of one application. Nothing rejects. */
export class Questions {
  readonly #api: StackApi;
  readonly #url: string;
  readonly #applicationId: string;

  constructor(api: StackApi, url: string, applicationId: string) {
    this.#api = api;
    this.#url = url;
    this.#applicationId = applicationId;
  }

  /** What waits for a device, the next one first. */
  async queue(deviceId: string): Promise<QueueAnswer> {
    const answer = await this.#api.downlinkQueue(this.#applicationId, deviceId, GENEROUS);
    return answer.answer === "ok"
      ? { ok: true, downlinks: answer.downlinks }
      : { ok: false, explanation: explainApiFailure(answer, this.#about(deviceId)) };
  }

  /** The bytes that the device's downlink formatter makes of fields. */
  encode(deviceId: string, fields: FieldsToEncode): Promise<Encoded> {
    return encodeByStack(this.#api, this.#about(deviceId), fields);
  }

  #about(deviceId: string): ApiSubject {
    return { url: this.#url, applicationId: this.#applicationId, deviceId };
  }
}
