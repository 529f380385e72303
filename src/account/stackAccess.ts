import type { ApiTarget } from "../diagnosis/apiRequest";
import { createStackApi, type StackApi } from "../diagnosis/stackApi";
import { apiUrl } from "../stack/apiAddress";
import type { Text } from "../stack/explanation";
import type { KeyRecord } from "./keyRecord";
import { Rights, type KeyOffice, type Right } from "./rights";
import type { StackSettings } from "./settings/stackSettings";

/** The HTTP API that these settings lead to; undefined where it is switched off. */
export function apiOf({ api, host, tls, apiKey }: StackSettings): KeyOffice | undefined {
  const url = apiUrl(api, host);
  return url === undefined
    ? undefined
    : { url, api: createStackApi({ url, apiKey, ...(tls ? { tls } : {}) }) };
}

/** What only the stack's own server has beside MQTT: an HTTP API to ask with the same key, and rights that the key has or lacks. */
export class StackAccess {
  readonly #settings: StackSettings;
  readonly #rights: Rights;
  #office: KeyOffice | undefined;
  #apiSetting = "";

  constructor(settings: StackSettings, key: KeyRecord, onChange: () => void, warn: (text: Text) => void) {
    this.#settings = settings;
    this.#rights = new Rights(key, settings.applicationId, onChange, warn);
    this.#setApi(settings.api);
  }

  /** Absent where it is switched off. */
  get api(): StackApi | undefined {
    return this.#office?.api;
  }

  /** Of different `api` settings of one identity the first that is not empty counts. */
  adoptApi(setting: string): void {
    if (this.#apiSetting !== "" || setting === "") return;
    this.#setApi(setting);
    this.#rights.askElsewhere(this.#office);
  }

  /** Where the API is, and the key for it; undefined where it is switched off. */
  get target(): ApiTarget | undefined {
    const { tls, apiKey } = this.#settings;
    return this.#office && { url: this.#office.url, apiKey, ...(tls ? { tls } : {}) };
  }

  lacks(right: Right): boolean {
    return this.#rights.lacks(right);
  }

  /** Whether a right that was missing still is, as far as can be had now. */
  stillLacks(right: Right): Promise<boolean> {
    return this.#rights.stillLacks(right, this.#office);
  }

  need(right: Right): void {
    this.#rights.need(right);
  }

  /** @param login by its time, in ms since 1970 */
  loggedIn(login: number): void {
    this.#rights.ask(login, this.#office);
  }

  end(): void {
    this.#rights.end();
  }

  #setApi(setting: string): void {
    this.#apiSetting = setting;
    this.#office = apiOf({ ...this.#settings, api: setting });
  }
}
