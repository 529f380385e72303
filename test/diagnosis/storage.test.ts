import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { askStorage, type StorageLimits, type StoragePage } from "../../src/diagnosis/storage";
import { ABYSSES, hostileAnswers } from "./hostile";

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const servers: http.Server[] = [];

async function serving(handle: Handler): Promise<string> {
  const server = http.createServer(handle);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
}

const stored = (second: number, more: object = {}): string =>
  `${JSON.stringify({
    result: {
      end_device_ids: { device_id: "lamp", application_ids: { application_id: "app1" } },
      received_at: `2026-11-30T10:00:${String(second).padStart(2, "0")}.123456789Z`,
      uplink_message: { session_key_id: "AA==", f_port: 1, f_cnt: second, frm_payload: "AQ==" },
      ...more,
    },
  })}\n\n`;

const ask = (
  url: string,
  { limit = 100, signal, ...limits }: Partial<StorageLimits> & { limit?: number; signal?: AbortSignal } = {},
): Promise<StoragePage> =>
  askStorage(
    { url, apiKey: "NNSXS.key" },
    { applicationId: "app1", after: Date.UTC(2026, 10, 30), order: "received_at", limit },
    signal ?? new AbortController().signal,
    limits,
  );

/** Counters of the uplinks and whether the answer was whole, or why there is none. */
const told = (page: StoragePage): unknown =>
  page.answer === "failed"
    ? page.why
    : [page.uplinks.map(({ uplink }) => uplink.uplink_message.f_cnt), page.isWhole];

const answering = async (
  text: string,
  end: (response: http.ServerResponse) => void = (response) => void response.end(),
  limits: Parameters<typeof ask>[1] = {},
): Promise<StoragePage> =>
  ask(
    await serving((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(text, () => end(response));
    }),
    limits,
  );

describe("asking the Storage integration", () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  });

  it("asks with the key, as documented, and reads each line", async () => {
    let asked: http.IncomingMessage | undefined;
    const url = await serving((request, response) => {
      asked = request;
      response.writeHead(200, { date: "Mon, 30 Nov 2026 10:00:09 GMT" }).end(stored(1) + stored(2));
    });
    const page = await ask(url, { limit: 5 });
    assert.equal(
      asked?.url,
      "/api/v3/as/applications/app1/packages/storage/uplink_message" +
        "?limit=5&order=received_at&after=2026-11-30T00%3A00%3A00.000Z",
    );
    const { authorization, accept } = asked.headers;
    assert.deepEqual([authorization, accept], ["Bearer NNSXS.key", "text/event-stream"]);
    assert.deepEqual(told(page), [[1, 2], true]);
    assert.ok(page.answer === "ok");
    assert.equal(page.serverTime, Date.UTC(2026, 10, 30, 10, 0, 9));
    assert.equal(page.uplinks[0]?.time, Date.UTC(2026, 10, 30, 10, 0, 1, 123));
  });

  it("gives each recipient a message of its own", async () => {
    const page = await answering(stored(1));
    assert.ok(page.answer === "ok");
    const [uplink] = page.uplinks;
    assert.deepEqual(uplink?.read(), uplink?.uplink);
    assert.notEqual(uplink?.read(), uplink?.read());
  });

  it("takes `data:` in front of a line, a last line without an end, and any order", async () => {
    assert.deepEqual(told(await answering(`data: ${stored(2)}${stored(1).trimEnd()}`)), [[1, 2], true]);
  });

  it("takes nothing for an answer where nothing was kept", async () => {
    assert.deepEqual(told(await answering("")), [[], true]);
  });

  for (const [status, why] of [
    [401, "key_refused"],
    [403, "no_right"],
    [404, "not_there"],
    [501, "not_there"],
    [429, "too_many"],
    [503, "unreachable"],
    [302, "not_understood"],
    [204, "not_understood"],
  ] as const)
    it(`says why there is nothing: ${status}`, async () => {
      const url = await serving(
        (_request, response) => void response.writeHead(status, { location: "/elsewhere" }).end(),
      );
      assert.equal(told(await ask(url)), why);
    });

  it("is told that nobody is there", async () => {
    assert.equal(told(await ask("http://127.0.0.1:1/api/v3")), "unreachable");
  });

  it("keeps what came before the answer was cut", async () => {
    const cut = (response: http.ServerResponse): void => void response.destroy();
    assert.deepEqual(told(await answering(stored(1) + stored(2).slice(0, 40), cut)), [[1], false]);
    assert.equal(told(await answering("", cut)), "unreachable");
  });

  it("keeps what came before the server said that it could not go on", async () => {
    const error = '{"error":{"code":14,"message":"unavailable"}}\n';
    assert.deepEqual(told(await answering(stored(1) + error)), [[1], false]);
    assert.equal(told(await answering(error)), "unreachable");
  });

  it("does not take a sign-in page for uplinks", async () => {
    assert.equal(told(await answering("<html>\n<body>Sign in</body>\n</html>\n")), "not_understood");
  });

  it("leaves out what is no uplink of the application", async () => {
    const others = [
      stored(1, { end_device_ids: { device_id: "lamp", application_ids: { application_id: "app2" } } }),
      stored(2, { end_device_ids: { device_id: "../x/+", application_ids: { application_id: "app1" } } }),
      stored(3, { end_device_ids: {} }),
      stored(4, { received_at: "yesterday" }),
      stored(5, { received_at: undefined }),
      stored(6, { uplink_message: { f_cnt: "6" } }),
      stored(7, { uplink_message: undefined, join_accept: {} }),
      `${"[".repeat(5_000)}\n`,
      `{"result":null}\n`,
    ];
    assert.deepEqual(told(await answering(others.join("") + stored(8))), [[8], true]);
    assert.equal(told(await answering(others.join(""))), "not_understood");
  });

  const endless = (line: string): Handler => {
    return (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(line));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    };
  };

  it("takes no more than it asked for of a server that has no end", async () => {
    const url = await serving(endless(stored(1)));
    assert.deepEqual(told(await ask(url, { limit: 3 })), [[1, 1, 1], true]);
  });

  it("breaks off what is too large, in one line or in many", async () => {
    for (const line of ["x".repeat(10_000), `${"x".repeat(1_000)}\n`]) {
      const url = await serving(endless(line));
      assert.match(String(told(await ask(url, { limit: 1e9, body: 1e6 }))), /unreachable|not_understood/);
    }
  });

  it("does not wait for ever: neither for the beginning of an answer nor for its end", async () => {
    assert.equal(told(await ask(await serving(() => undefined), { patience: 30 })), "unreachable");
    const page = await answering(stored(1), () => undefined, { wait: 50 });
    assert.deepEqual(told(page), [[1], false]);
  });

  it("can be given up, before and in the middle", async () => {
    const control = new AbortController();
    const page = answering(stored(1), () => control.abort(), { signal: control.signal });
    assert.match(String(told(await page)), /unreachable|1,false/);
    assert.equal(told(await answering(stored(1), undefined, { signal: control.signal })), "unreachable");
  });

  it("survives a key and an address that cannot be sent", async () => {
    const { signal } = new AbortController();
    const question = { applicationId: "app1", order: "received_at", limit: 1 } as const;
    for (const target of [
      { url: "http://127.0.0.1:1/api/v3", apiKey: "a\nb" },
      { url: "none", apiKey: "a" },
    ])
      assert.equal(told(await askStorage(target, question, signal)), "unreachable");
  });

  it("survives answers that no server gives", async () => {
    const answers = [
      ...hostileAnswers(300, 7),
      ...ABYSSES.map((body) => ({ status: 200, body: `{"result":${body}}` })),
    ];
    const left = [...answers];
    const url = await serving((_request, response) => {
      const { status = 200, body = "" } = left.shift() ?? {};
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
    for (const { body } of answers) {
      const page = await ask(url);
      assert.ok(page.answer === "failed" || page.uplinks.length === 0, JSON.stringify(body).slice(0, 200));
    }
  });
});
