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
  readonly #joined = new Set<{ readonly setting: string; readonly isKeeper: boolean }>();

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

  /**
   * The `api` setting of a config node, until the returned function is called. Of different ones of one identity the first counts that is
   * not empty; those of nodes that are gone until a deploy is over only where there is no other. What was not answered until a deploy is
   * asked for again.
   */
  joinApi(setting: string, isKeeper = false): () => void {
    const areKeepers = this.#joined.size > 0 && [...this.#joined].every((one) => one.isKeeper);
    const joined = { setting, isKeeper };
    this.#joined.add(joined);
    this.#chooseApi(areKeepers && !isKeeper && this.#key.facts === undefined);
    return () => {
      this.#joined.delete(joined);
      if (this.#joined.size > 0) this.#chooseApi(false);
    };
  }

  #chooseApi(asksAgain: boolean): void {
    const settings = [...this.#joined].sort((one, other) => Number(one.isKeeper) - Number(other.isKeeper));
    const chosen = settings.find(({ setting }) => setting !== "")?.setting ?? "";
    const isOther = chosen !== this.#apiSetting;
    if (isOther) this.#setApi(chosen);
    if (isOther || asksAgain) this.#rights.askElsewhere(this.#office);
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
