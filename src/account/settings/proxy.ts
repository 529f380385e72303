import { proxyFor, type ProxyChoice } from "../../connection/proxy/environment";
import { ProxyServer } from "../../connection/proxy/server";
import type { ConnectionCredentials, ConnectionProperties } from "../../stack/connectionProperties";
import { LONGEST_SOCKS_LOGIN, readProxySetting, type ProxyProblem } from "../../stack/proxyAddress";
import { shownText } from "../../stack/shown";
import { asIs, asText } from "../../stack/values";
import { tooLong, unreadable, wrong, type Read, type Refusal } from "./read";

const PROBLEMS: Readonly<Record<ProxyProblem, string>> = {
  form: "error.not-configured.proxy",
  scheme: "error.not-configured.proxy-scheme",
  user: "error.not-configured.proxy-user",
};

/** All that may be secret in a URL. */
const LOGIN = /^([^:]*:\/\/)?.*@/s;

/**
 * The proxy that a connection goes through.
 * @param target server that is to be reached by an encrypted connection; absent where it is not encrypted
 */
export function readProxy(
  { proxy: given }: ConnectionProperties,
  { proxyUsername, proxyPassword }: ConnectionCredentials,
  target: { readonly host: string; readonly port: number } | undefined,
): Read<{ readonly proxy?: ProxyChoice }> {
  const unset = unreadable({ proxy: given });
  if (unset) return unset;
  const text = asText(given);
  const read = readProxySetting(text);
  if (!read.ok) return wrong(PROBLEMS[read.problem], { proxy: shownText(text.replace(LOGIN, "$1…@")) });
  if (read.use === "none") return { ok: true, settings: {} };
  if (read.use === "environment") {
    const settings = { proxy: "environment" } as const;
    return (target && unusableProxy(settings.proxy, target)) ?? { ok: true, settings };
  }
  if (!target) return wrong("error.not-configured.proxy-unencrypted");
  const ofLogin = unreadable({ proxyUsername, proxyPassword });
  if (ofLogin) return ofLogin;
  const [user, password] = [asText(proxyUsername), asIs(proxyPassword)];
  const login = user === "" && password === "" ? undefined : { user, password };
  const isSocks = read.address.scheme === "socks5";
  const unfit = isSocks && tooLong({ proxyUsername: user, proxyPassword: password }, LONGEST_SOCKS_LOGIN);
  if (unfit) return unfit;
  return { ok: true, settings: { proxy: new ProxyServer(read.address, login) } };
}

/** What to say where the environment has something else than a proxy for this server. */
export function unusableProxy(
  choice: ProxyChoice,
  target: { readonly host: string; readonly port: number },
): Refusal | undefined {
  const found = proxyFor(choice, target);
  return typeof found === "string"
    ? wrong("error.not-configured.proxy-environment", { variable: found })
    : undefined;
}
