import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import net, { type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { openLink, type Link, type LinkEnd } from "../../src/connection/link";
import { proxyFor } from "../../src/connection/proxy/environment";
import { ProxyServer } from "../../src/connection/proxy/server";
import { problemOf } from "../../src/connection/recognise";
import { readProxySetting, readProxyUrl } from "../../src/stack/proxyAddress";
import { startSimulator, type Simulator } from "../../simulator/simulator";
import { muteServer } from "../diagnosis/stackAnswers";
import { freePort } from "../freePort";
import { httpProxy, socksProxy, type TestProxy } from "../proxies";
import { CERTIFICATE } from "../simulator/certificate";

const proxyAt = (url: string): ProxyServer => {
  const read = readProxyUrl(url);
  assert.ok(read.ok);
  return new ProxyServer(read.address, read.login);
};

describe("the proxy of a connection", () => {
  it("is read from a URL, with the usual port where there is none", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["http://proxy.example.com:3128", "http://proxy.example.com:3128"],
      ["http://proxy.example.com", "http://proxy.example.com:80"],
      ["https://proxy.example.com/", "https://proxy.example.com:443"],
      ["proxy.example.com:3128", "http://proxy.example.com:3128"],
      [" socks5://10.0.0.1 ", "socks5://10.0.0.1:1080"],
      ["socks5h://proxy.example.com:1081", "socks5://proxy.example.com:1081"],
      ["SOCKS://[::1]:1080", "socks5://[::1]:1080"],
    ];
    for (const [url, shown] of cases) assert.equal(proxyAt(url).shown, shown, url);
  });

  it("is none, or what the environment says, or one without user name and password", () => {
    assert.deepEqual(readProxySetting(" "), { ok: true, use: "environment" });
    assert.deepEqual(readProxySetting("None"), { ok: true, use: "none" });
    const faults: readonly (readonly [string, string])[] = [
      ["http://user:secret@proxy:3128", "user"],
      ["user@proxy:3128", "user"],
      ["socks4://proxy", "scheme"],
      ["ftp://proxy", "scheme"],
      ["http://", "form"],
      ["http://proxy/path", "form"],
      ["http://proxy?x=1", "form"],
      ["http://proxy:70000", "form"],
      ["two proxies", "form"],
      [`http://${"a".repeat(3_000)}`, "form"],
    ];
    for (const [text, problem] of faults)
      assert.deepEqual(readProxySetting(text), { ok: false, problem }, text.slice(0, 40));
  });

  it("is none that SOCKS cannot log in to: user name and password have 255 bytes at most", () => {
    const target = { host: "a.example", port: 8883 };
    const found = (proxy: string): unknown => proxyFor("environment", target, { ALL_PROXY: proxy });
    for (const login of [`${"u".repeat(256)}:p`, `u:${"%C3%A9".repeat(128)}`]) {
      assert.equal(found(`socks5://${login}@proxy`), "ALL_PROXY");
      assert.ok(found(`http://${login}@proxy`) instanceof ProxyServer);
    }
    assert.ok(found(`socks5://u:${"p".repeat(255)}@proxy`) instanceof ProxyServer);
  });

  it("shows its login to nobody", () => {
    const proxy = proxyAt("http://us%40er:s%3Acret@proxy:3128");
    assert.deepEqual(proxy.login, { user: "us@er", password: "s:cret" });
    for (const text of [JSON.stringify({ proxy }), inspect(proxy), proxy.shown])
      assert.ok(!/s(:|%3A)cret/.test(text), text);
  });

  describe("in the environment", () => {
    const target = { host: "eu1.cloud.thethings.network", port: 8883 };
    const shown = (variables: Record<string, string>, at = target): string | undefined => {
      const found = proxyFor("environment", at, variables);
      return typeof found === "string" ? found : found?.shown;
    };
    const HTTPS_PROXY = "http://a:1";

    it("is HTTPS_PROXY before ALL_PROXY, in lower case before upper case", () => {
      assert.equal(shown({}), undefined);
      assert.equal(shown({ HTTP_PROXY: "http://a:1" }), undefined, "what is not encrypted");
      assert.equal(shown({ ALL_PROXY: "socks5://b:2" }), "socks5://b:2");
      assert.equal(shown({ ALL_PROXY: "socks5://b:2", HTTPS_PROXY }), "http://a:1");
      assert.equal(shown({ https_proxy: "http://c:3", HTTPS_PROXY }), "http://c:3");
      assert.equal(shown({ https_proxy: "", HTTPS_PROXY }), undefined, "switched off, as for curl");
    });

    it("may have a user name and a password", () => {
      const found = proxyFor("environment", target, { HTTPS_PROXY: "http://user:secret@a:1" });
      assert.ok(found instanceof ProxyServer);
      assert.deepEqual(found.login, { user: "user", password: "secret" });
    });

    it("is named where it cannot be used", () => {
      assert.equal(shown({ HTTPS_PROXY: "socks4://a" }), "HTTPS_PROXY");
      assert.equal(shown({ ALL_PROXY: "no proxy" }), "ALL_PROXY");
    });

    it("is not used for this machine", () => {
      for (const host of ["localhost", "127.0.0.1", "127.8.0.1", "::1"])
        assert.equal(shown({ HTTPS_PROXY }, { host, port: 8883 }), undefined, host);
    });

    it("is not used for what NO_PROXY names", () => {
      const excepted = (NO_PROXY: string, host: string): boolean =>
        shown({ HTTPS_PROXY, NO_PROXY }, { host, port: 8883 }) === undefined;
      const yes: readonly (readonly [string, string])[] = [
        ["*", "tts.example.com"],
        ["other.org, example.com", "tts.example.com"],
        [".example.com", "tts.example.com"],
        ["*.example.com", "TTS.example.com"],
        ["tts.example.com:8883", "tts.example.com"],
        ["other.org tts.example.com", "tts.example.com"],
        ["10.0.0.0/8", "10.1.2.3"],
        ["10.1.2.3", "10.1.2.3"],
        ["fd00::/8", "fd00::5"],
        ["[fd00::5]:8883", "fd00::5"],
        ["fd00::5:8884", "fd00::5:8884"],
      ];
      for (const [list, host] of yes) assert.ok(excepted(list, host), `${list}: ${host}`);
      const no: readonly (readonly [string, string])[] = [
        ["", "tts.example.com"],
        ["ample.com", "tts.example.com"],
        ["tts.example.com:443", "tts.example.com"],
        ["10.0.0.0/33", "10.1.2.3"],
        ["10.0.0.0/x", "10.1.2.3"],
        ["11.0.0.0/8", "10.1.2.3"],
        [".", "tts.example.com"],
        ["fd00::/8", "10.1.2.3"],
      ];
      for (const [list, host] of no) assert.ok(!excepted(list, host), `${list}: ${host}`);
    });
  });
});

describe("a link through a proxy", () => {
  const running: { stop(): Promise<void> }[] = [];
  const links: Link[] = [];
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.end()));
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  async function started<T extends { stop(): Promise<void> }>(server: Promise<T>): Promise<T> {
    running.push(await server);
    return server;
  }

  const stack = (): Promise<Simulator> => started(startSimulator({ tls: CERTIFICATE }));

  interface Opened {
    readonly link: Link;
    readonly outcome: Promise<LinkEnd | "open">;
    readonly messages: EventEmitter;
    readonly steps: string[];
  }

  function open(
    simulator: Simulator,
    proxy: ProxyServer,
    { host = "localhost", port = simulator.port, timeout = 5_000 } = {},
  ): Opened {
    const messages = new EventEmitter();
    const steps: string[] = [];
    let link: Link | undefined;
    const outcome = new Promise<LinkEnd | "open">((resolve) => {
      link = openLink(
        { host, port, tls: { ca: CERTIFICATE.cert }, proxy },
        { clientId: "test", keepalive: 30, username: "app1", password: simulator.apiKey, clean: true },
        {
          onTunnel: () => steps.push("tunnel"),
          onOpen: () => resolve("open"),
          onMessage: (topic, payload) => messages.emit("message", topic, payload.length),
          onEnd: resolve,
        },
        timeout,
      );
      links.push(link);
    });
    assert.ok(link);
    return { link, outcome, messages, steps };
  }

  const KINDS: readonly (readonly [string, typeof httpProxy | typeof socksProxy])[] = [
    ["http", httpProxy],
    ["socks5", socksProxy],
  ];

  for (const [scheme, start] of KINDS) {
    const at = (proxy: TestProxy, login = ""): ProxyServer =>
      proxyAt(`${scheme}://${login}127.0.0.1:${String(proxy.port)}`);

    describe(scheme, () => {
      it("speaks with the server, and the proxy sees nothing of it", async () => {
        const simulator = await stack();
        // Only the proxy knows the name.
        const proxy = await started(start({ names: { localhost: "127.0.0.1" } }));
        const { link, outcome, messages, steps } = open(simulator, at(proxy));
        assert.equal(await outcome, "open");
        assert.deepEqual(steps, ["tunnel"]);
        assert.deepEqual(proxy.tunnels, [`localhost:${String(simulator.port)}`]);
        await link.subscribe("v3/app1/devices/+/up", 0);
        for (const length of [10, 300_000, 1_000]) {
          const arrived = once(messages, "message");
          simulator.send("v3/app1/devices/door/up", "x".repeat(length));
          assert.deepEqual(await arrived, ["v3/app1/devices/door/up", length]);
        }
        const outcomes = await link.publish("v3/app1/devices/door/down/push", Buffer.from("{}"), 1);
        assert.equal(outcomes, "acknowledged");
        assert.ok(!proxy.seen().includes(simulator.apiKey.slice(-52)));
        assert.ok(!proxy.seen().includes("app1"));
        const gone = simulator.next("disconnect");
        await link.end();
        await gone;
      });

      it("signs in at the proxy", async () => {
        const simulator = await stack();
        const proxy = await started(start({ login: { user: "me", password: "s:cret" } }));
        assert.equal(await open(simulator, at(proxy, "me:s%3Acret@")).outcome, "open");
        assert.equal(proxy.logins.length, 1);
      });

      const fault = async (
        proxy: ProxyServer,
        more: { readonly port?: number; readonly timeout?: number; readonly host?: string } = {},
      ): Promise<string> => {
        const simulator = await stack();
        const end = await open(simulator, proxy, more).outcome;
        assert.ok(end !== "open");
        assert.equal(end.phase, "proxy");
        const problem = problemOf(end, { port: 8883, encrypted: true, worked: false });
        assert.ok(problem.problem === "proxy");
        assert.equal(simulator.connects.length, 0);
        return problem.fault;
      };

      it("tells a proxy that wants a login from one that refuses it", async () => {
        const proxy = await started(start({ login: { user: "me", password: "secret" } }));
        assert.equal(await fault(at(proxy)), "login_needed");
        assert.equal(await fault(at(proxy, "me:wrong@")), "login_refused");
      });

      it("tells that the proxy cannot reach the server", async () => {
        const proxy = await started(start());
        assert.equal(await fault(at(proxy), { port: await freePort() }), "target_unreachable");
      });

      it("tells that there is no proxy", async () => {
        assert.equal(
          await fault(proxyAt(`${scheme}://127.0.0.1:${String(await freePort())}`)),
          "unreachable",
        );
        assert.equal(await fault(proxyAt(`${scheme}://proxy.invalid:3128`)), "not_found");
      });

      it("tells that the proxy says nothing", async () => {
        const mute = await muteServer();
        running.push({ stop: () => mute.close() });
        assert.equal(
          await fault(proxyAt(`${scheme}://127.0.0.1:${String(mute.port)}`), { timeout: 100 }),
          "no_answer",
        );
      });

      it("tells that something else answers, or hangs up", async () => {
        for (const [answer, expected] of [
          ["220 mail ESMTP\r\n", "not_a_proxy"],
          ["HTTP/1.1 404 Not Found\r\n\r\n", "not_a_proxy"],
          ["", "closed"],
        ] as const) {
          const odd = net.createServer((socket) => {
            socket.on("error", () => undefined).once("data", () => socket.end(answer));
          });
          odd.listen(0, "127.0.0.1");
          await once(odd, "listening");
          const { port } = odd.address() as AddressInfo;
          assert.equal(await fault(proxyAt(`${scheme}://127.0.0.1:${String(port)}`)), expected, answer);
          odd.close();
        }
      });

      it("ends with the proxy, and leaves no connection to it behind when it is given up", async () => {
        const simulator = await stack();
        const proxy = await start();
        const link = open(simulator, at(proxy));
        assert.equal(await link.outcome, "open");
        const gone = simulator.next("disconnect");
        await proxy.stop();
        await gone;
        const mute = await muteServer();
        const given = open(simulator, proxyAt(`${scheme}://127.0.0.1:${String(mute.port)}`));
        await given.link.end();
        await mute.close();
      });
    });
  }

  it("tells that an HTTP proxy does not permit it, by its status", async () => {
    const simulator = await stack();
    for (const [status, fault] of [
      [403, "target_refused"],
      [405, "target_refused"],
      [503, "target_unreachable"],
      [400, "not_a_proxy"],
    ] as const) {
      const proxy = await started(httpProxy({ status }));
      const end = await open(simulator, proxyAt(`http://127.0.0.1:${String(proxy.port)}`)).outcome;
      assert.ok(end !== "open");
      assert.deepEqual(end.proxyFault, { fault, detail: String(status) });
    }
  });

  it("tells that a SOCKS proxy does not permit it, by its reply", async () => {
    const simulator = await stack();
    for (const [reply, fault, detail] of [
      [2, "target_refused", "NotAllowed"],
      [4, "target_unreachable", "HostUnreachable"],
    ] as const) {
      const proxy = await started(socksProxy({ reply }));
      const end = await open(simulator, proxyAt(`socks5://127.0.0.1:${String(proxy.port)}`)).outcome;
      assert.ok(end !== "open");
      assert.deepEqual(end.proxyFault, { fault, detail });
    }
  });

  it("sends a login to no proxy whose certificate is not trusted", async () => {
    const simulator = await stack();
    const proxy = await started(httpProxy({ tls: CERTIFICATE }));
    const end = await open(simulator, proxyAt(`https://me:secret@localhost:${String(proxy.port)}`)).outcome;
    assert.ok(end !== "open");
    assert.deepEqual(end.proxyFault, { fault: "tls", detail: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    assert.deepEqual(proxy.logins, []);
  });

  it("still checks the certificate of the server", async () => {
    const simulator = await stack();
    const proxy = await started(httpProxy({ names: { "tts.example.com": "127.0.0.1" } }));
    const end = await open(simulator, proxyAt(`http://127.0.0.1:${String(proxy.port)}`), {
      host: "tts.example.com",
    }).outcome;
    assert.deepEqual(end, { phase: "tls", cause: "error", errorCode: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });
});
