import type { ProxyAddress, ProxyLogin, ProxyScheme } from "../../stack/proxyAddress";

/** A proxy that opens tunnels. Its login shows neither in JSON nor in a log. */
export class ProxyServer implements ProxyAddress {
  readonly scheme: ProxyScheme;
  readonly host: string;
  readonly port: number;
  readonly #login: ProxyLogin | undefined;

  constructor({ scheme, host, port }: ProxyAddress, login?: ProxyLogin) {
    this.scheme = scheme;
    this.host = host;
    this.port = port;
    this.#login = login;
  }

  /** Secret. */
  get login(): ProxyLogin | undefined {
    return this.#login;
  }

  /** For people: without a login. */
  get shown(): string {
    return `${this.scheme}://${this.host.includes(":") ? `[${this.host}]` : this.host}:${String(this.port)}`;
  }
}
