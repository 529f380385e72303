import net from "node:net";
import {
  LONGEST_SOCKS_LOGIN,
  readProxyUrl,
  type ProxyAddress,
  type ProxyLogin,
} from "../../stack/proxyAddress";
import { ProxyServer } from "./server";

/** Absent: no proxy. */
export type ProxyChoice = ProxyServer | "environment" | undefined;

interface Target {
  /** Name or IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The one for encrypted connections before the one for all. */
const VARIABLES = ["HTTPS_PROXY", "ALL_PROXY"] as const;

/**
 * The proxy for an encrypted connection to this server; undefined where there is none.
 * @returns the name of the environment variable where its value is no proxy that can be used here
 */
export function proxyFor(
  choice: ProxyChoice,
  target: Target,
  variables: Variables = process.env,
): ProxyServer | (typeof VARIABLES)[number] | undefined {
  if (choice !== "environment") return choice;
  if (isLoopback(target.host) || isExcepted(target, valueOf("NO_PROXY", variables))) return undefined;
  const name = VARIABLES.find((variable) => valueOf(variable, variables) !== "");
  if (name === undefined) return undefined;
  const read = readProxyUrl(valueOf(name, variables));
  return read.ok && canLogIn(read) ? new ProxyServer(read.address, read.login) : name;
}

const canLogIn = ({ address, login }: { address: ProxyAddress; login?: ProxyLogin }): boolean =>
  address.scheme !== "socks5" ||
  [login?.user, login?.password].every((text = "") => Buffer.byteLength(text) <= LONGEST_SOCKS_LOGIN);

/** The same, where it was checked before that it can be used. */
export function usableProxy(choice: ProxyChoice, target: Target): ProxyServer | undefined {
  const found = proxyFor(choice, target);
  return typeof found === "string" ? undefined : found;
}

/** As for curl, the one in lower case counts first. */
const valueOf = (name: string, variables: Variables): string =>
  (variables[name.toLowerCase()] ?? variables[name] ?? "").trim();

/** Of the proxy it would be the wrong one. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);

/**
 * Whether NO_PROXY names this server: a list with commas or spaces of `*`, names, which stand for all below them as well, addresses and
 * networks (`10.0.0.0/8`), each with or without a port. As curl and Go read it.
 */
function isExcepted({ host, port }: Target, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, bracketed, plain, portOfEntry] = ENTRY.exec(entry) ?? [];
      if (portOfEntry !== undefined && Number(portOfEntry) !== port) return false;
      const name = bracketed ?? plain ?? entry;
      return name === "*" || isWithin(host.toLowerCase(), name);
    });
}

/** In brackets or with no colon of its own it may have a port behind it; an IPv6 address without brackets has none. */
const ENTRY = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/;

function isWithin(host: string, name: string): boolean {
  const family = net.isIP(host);
  if (family === 0) {
    const domain = name.replace(/^\*?\./, "");
    return domain !== "" && (host === domain || host.endsWith(`.${domain}`));
  }
  const [network = "", bits] = name.split("/");
  if (net.isIP(network) !== family) return false;
  const kind = family === 6 ? "ipv6" : "ipv4";
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return false;
  const networks = new net.BlockList();
  networks.addSubnet(network, prefix, kind);
  return networks.check(host, kind);
}
