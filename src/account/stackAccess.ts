import type { ApiTarget } from "../diagnosis/apiRequest";
import { usableProxy } from "../connection/proxy/environment";
import { createStackApi, type StackApi } from "../diagnosis/stackApi";
import { apiUrl, serverOf } from "../stack/apiAddress";
import type { Text } from "../stack/explanation";
import type { KeyRecord } from "./keyRecord";
import { Rights, type KeyOffice, type Right } from "./rights";
import type { StackSettings } from "./settings/stackSettings";

/** Where it is, how to get there, and the key for it; undefined where it is switched off. */
function targetOf({ api, host, tls, apiKey, proxy: choice }: StackSettings): ApiTarget | undefined {
  const url = apiUrl(api, host);
  if (url === undefined) return undefined;
  const proxy = usableProxy(choice, serverOf(url));
  return { url, apiKey, ...(tls ? { tls } : {}), ...(proxy ? { proxy } : {}) };
}

/**
 * The HTTP API that these settings lead to; undefined where it is switched off.
 * @param isCluster it is that of the connection's own cluster, by its host
 */
export function apiOf(settings: StackSettings, isCluster = isOnHost(settings)): KeyOffice | undefined {
  const target = targetOf(settings);
  return target && { url: target.url, api: createStackApi(target, isCluster) };
}

function isOnHost({ api, host }: StackSettings): boolean {
  const [url, usual] = [apiUrl(api, host), apiUrl("", host)];
  return url !== undefined && usual !== undefined && serverOf(url).host === serverOf(usual).host;
}

/** What only the stack's own server has beside MQTT: an HTTP API to ask with the same key, and rights that the key has or lacks. */
export class StackAccess {
  readonly #settings: StackSettings;
  readonly #rights: Rights;
  readonly #key: KeyRecord;
  #office: KeyOffice | undefined;
  #apiSetting = "";

  constructor(settings: StackSettings, key: KeyRecord, onChange: () => void, warn: (text: Text) => void) {
    this.#settings = settings;
    this.#key = key;
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

  /** The nodes of before are gone: the setting of the next ones counts. What was not answered until now is asked for again. */
  replaceApi(setting: string): void {
    const isSame = setting === this.#apiSetting;
    if (isSame && this.#key.facts !== undefined) return;
    if (!isSame) this.#setApi(setting);
    this.#rights.askElsewhere(this.#office);
  }

  /** Where the API is, and the key for it; undefined where it is switched off. */
  get target(): ApiTarget | undefined {
    return targetOf({ ...this.#settings, api: this.#apiSetting });
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
    if (!this.#office) this.#rights.forget();
  }
}
