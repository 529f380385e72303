/** Connections through a proxy in a real Node-RED. */
import assert from "node:assert/strict";
import { httpProxy, socksProxy, type TestProxy } from "../proxies";
import { CERTIFICATE } from "../simulator/certificate";
import type { Simulator } from "../../simulator/simulator";
import {
  connection,
  listeners,
  running,
  simulated,
  sink,
  tab,
  uplink,
  withNodeRed,
  type FlowNode,
} from "./nodeRed";

const VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];
const LOGIN = { user: "me", password: "s:cret word" };
/** A name that only the proxy knows: this machine is never reached through one. */
const HOST = "stack.invalid";

describe("a connection through a proxy", () => {
  withNodeRed();
  const proxies: TestProxy[] = [];
  const before = new Map<string, string | undefined>();

  beforeEach(() => {
    for (const name of VARIABLES) {
      before.set(name, process.env[name]);
      Reflect.deleteProperty(process.env, name);
    }
  });
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  });

  async function started(proxy: Promise<TestProxy>): Promise<TestProxy> {
    proxies.push(await proxy);
    return proxy;
  }

  const names = { [HOST]: "127.0.0.1" };

  /** The certificate is for `localhost`. */
  const tls: FlowNode = {
    ...{ id: "tls", type: "tls-config", cert: "", key: "", ca: "", certname: "", keyname: "", caname: "" },
    ...{ verifyservercert: true, servername: "localhost" },
  };
  const trusted = { tls: { cadata: CERTIFICATE.cert } };

  const flow = (simulator: Simulator, more: object, nodes: readonly FlowNode[] = [uplink()]): FlowNode[] => {
    const place = { host: HOST, port: String(simulator.port), useTls: true, tls: "tls" };
    return [tab(), tls, connection(simulator, { ...place, ...more }), ...nodes, sink(), ...listeners()];
  };

  it("signs in at a proxy with its own credentials, which are in no log", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const proxy = await started(httpProxy({ login: LOGIN, names }));
    const url = `http://127.0.0.1:${String(proxy.port)}`;
    const flows = await running(flow(simulator, { proxy: url }), {
      ...trusted,
      connection: { apiKey: simulator.apiKey, proxyUsername: LOGIN.user, proxyPassword: LOGIN.password },
    });
    await flows.shows("connection", "connected");
    assert.deepEqual(proxy.tunnels.slice(0, 1), [`${HOST}:${String(simulator.port)}`]);
    assert.ok(flows.logged("INFO").includes(`This connection goes through the proxy ${url}`));
    assert.ok(!flows.log.includes(LOGIN.password));
    simulator.uplink("thermometer");
    assert.equal((await flows.next("out")).deviceId, "thermometer");
  });

  it("says what the proxy refuses, as an error and as status", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const proxy = await started(httpProxy({ login: LOGIN, names }));
    const url = `http://127.0.0.1:${String(proxy.port)}`;
    const flows = await running(flow(simulator, { proxy: url }), {
      ...trusted,
      connection: { apiKey: simulator.apiKey, proxyUsername: LOGIN.user, proxyPassword: "wr0ng" },
    });
    await flows.shows("connection", "proxy login");
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "connection_failed");
    assert.match(error.message, /^The proxy refuses this user name or password\./);
    assert.ok(!flows.log.includes("wr0ng"));
  });

  it("follows the environment, but for servers that NO_PROXY names", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const proxy = await started(socksProxy({ login: LOGIN, names }));
    const login = `${LOGIN.user}:${encodeURIComponent(LOGIN.password)}`;
    process.env.ALL_PROXY = `socks5://${login}@127.0.0.1:${String(proxy.port)}`;
    const credentials = { ...trusted, connection: { apiKey: simulator.apiKey } };
    const flows = await running(flow(simulator, {}), credentials);
    await flows.shows("connection", "connected");
    assert.equal(proxy.tunnels[0], `${HOST}:${String(simulator.port)}`);
    assert.ok(!flows.log.includes(LOGIN.password) && !flows.log.includes(login));
    await flows.unload();

    const { length } = proxy.tunnels;
    process.env.NO_PROXY = "invalid";
    const without = await running(flow(simulator, {}), credentials);
    await without.shows("connection", "host not found");
    await without.unload();
    process.env.NO_PROXY = "";
    const none = await running(flow(simulator, { proxy: "none" }), credentials);
    await none.shows("connection", "host not found");
    assert.equal(proxy.tunnels.length, length);
  });

  it("asks the HTTP API through it, too", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const proxy = await started(httpProxy({ names }));
    process.env.HTTPS_PROXY = `http://127.0.0.1:${String(proxy.port)}`;
    const api = simulator.apiUrl.replace("127.0.0.1", HOST);
    const asked = simulator.next("request");
    const credentials = { ...trusted, connection: { apiKey: simulator.apiKey } };
    await running(flow(simulator, { api }), credentials);
    await asked;
    assert.ok(proxy.tunnels.includes(`${HOST}:${String(simulator.httpPort)}`));
  });

  it("leaves the environment's proxy out where it is not encrypted, and refuses one of its own", async () => {
    const simulator = await simulated();
    const proxy = await started(httpProxy());
    const url = `http://127.0.0.1:${String(proxy.port)}`;
    process.env.ALL_PROXY = url;
    const nodes = [tab(), connection(simulator), uplink(), sink(), ...listeners()];
    const flows = await running(nodes, { connection: { apiKey: simulator.apiKey } });
    await flows.shows("connection", "connected");
    await flows.unload();

    const own = [tab(), connection(simulator, { proxy: url }), uplink(), sink(), ...listeners()];
    const refused = await running(own, { connection: { apiKey: simulator.apiKey } });
    const { error } = await refused.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.match(error.message, /^With a proxy the connection must be encrypted\./);
    assert.deepEqual(proxy.tunnels, []);
  });

  it("refuses a login in the property without showing it, and an environment that names no proxy", async () => {
    const simulator = await simulated({ tls: CERTIFICATE });
    const given = "http://me:s:cret@127.0.0.1:3128";
    const flows = await running(flow(simulator, { proxy: given }), {
      ...trusted,
      connection: { apiKey: simulator.apiKey },
    });
    const { error } = await flows.next("caught");
    assert.equal(error?.code, "not_configured");
    assert.match(error.message, /^Take the user name and password out of “Proxy”/);
    assert.ok(!flows.log.includes("cret@"));
    await flows.unload();

    process.env.HTTPS_PROXY = "socks4://me:s:cret@127.0.0.1";
    const credentials = { ...trusted, connection: { apiKey: simulator.apiKey } };
    const other = await running(flow(simulator, {}), credentials);
    const caught = await other.next("caught");
    assert.equal(caught.error?.code, "not_configured");
    assert.match(caught.error.message, /^The environment variable HTTPS_PROXY is no proxy/);
    assert.ok(!other.log.includes("cret@"));
  });
});
