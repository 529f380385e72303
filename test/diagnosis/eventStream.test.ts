import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { EventLines } from "../../src/diagnosis/eventLines";
import { EventStream, type StreamProblem, type StreamState } from "../../src/diagnosis/eventStream";

const FIXTURE = path.resolve(__dirname, "../fixtures/event-stream.jsonl");
const CAPTURED = readFileSync(FIXTURE, "utf8").trim().split("\n");

const START = '{"result":{"name":"events.stream.start","unique_id":"start"}}\n\n';
const event = (id: string, name = "ns.up.join.cluster.fail"): string =>
  `${JSON.stringify({ result: { name, unique_id: id } })}\n\n`;

type Handler = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  body: string,
  number: number,
) => void;

/** A server in place of the API, and a stream from it. */
class World {
  readonly events: string[] = [];
  readonly states: StreamState[] = [];
  readonly pauses: (readonly [StreamProblem, number])[] = [];
  readonly bodies: { names?: string[] }[] = [];
  stream!: EventStream;
  #server: http.Server | undefined;
  #changed: (() => void)[] = [];

  async start(handle: Handler, timing: { patience?: number; idle?: number } = {}): Promise<void> {
    let number = 0;
    this.#server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        this.bodies.push(JSON.parse(body) as { names?: string[] });
        handle(request, response, body, number++);
        this.#notify();
      });
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    this.stream = new EventStream({
      target: { url: `http://127.0.0.1:${port}/api/v3`, apiKey: "NNSXS.key" },
      identifiers: [{ application_ids: { application_id: "app1" } }],
      names: "^ns\\.",
      onEvent: ({ unique_id: id }) => {
        this.events.push(String(id));
        this.#notify();
      },
      onState: (state) => {
        this.states.push(state);
        this.#notify();
      },
      timing: {
        ...timing,
        pause: (why, failures) => {
          this.pauses.push([why, failures]);
          this.#notify();
          return 5;
        },
      },
    });
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** Ends all connections as a network that breaks. */
  cut(): void {
    this.#server?.closeAllConnections();
  }

  async connections(): Promise<number> {
    const server = this.#server;
    if (!server) return 0;
    return new Promise((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );
  }

  #notify(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  async end(): Promise<void> {
    this.stream.end();
    this.#server?.closeAllConnections();
    this.#server?.close();
    if (this.#server) await once(this.#server, "close");
  }
}

const begin = (response: http.ServerResponse, text = START): void => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(text);
};

describe("the event stream", () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(() => world.end());

  it("asks with the key for the application and the names, and gives each event", async () => {
    let authorization: string | undefined;
    await world.start((request, response) => {
      ({ authorization } = request.headers);
      begin(response, START + event("a") + event("b"));
    });
    await world.until(() => world.events.length === 2);
    assert.equal(authorization, "Bearer NNSXS.key");
    assert.deepEqual(world.bodies[0], {
      identifiers: [{ application_ids: { application_id: "app1" } }],
      names: ["/^ns\\./"],
    });
    assert.deepEqual(world.events, ["a", "b"]);
    assert.deepEqual(world.states, [{ state: "open" }]);
  });

  it("reads what a real server sent, in pieces of any length", async () => {
    const text = CAPTURED.map((line) => `${line}\n\n`).join("");
    await world.start((_request, response) => {
      begin(response, "");
      for (let at = 0; at < text.length; at += 97) response.write(text.slice(at, at + 97));
    });
    await world.until(() => world.events.length === CAPTURED.length - 1);
  });

  const REFUSALS: readonly (readonly [number, StreamProblem])[] = [
    [404, "not_there"],
    [401, "key_refused"],
    [403, "no_right"],
    [429, "too_many"],
    [302, "not_understood"],
    [500, "unreachable"],
  ];
  for (const [status, why] of REFUSALS) {
    it(`says of ${status} that it cannot be had, retries, and is there when it is`, async () => {
      await world.start((_request, response, _body, number) => {
        if (number < 2) response.writeHead(status).end("{}");
        else begin(response, START + event("a"));
      });
      await world.until(() => world.events.length === 1);
      assert.deepEqual(world.pauses, [
        [why, 1],
        [why, 2],
      ]);
      assert.deepEqual(world.states, [{ state: "failed", why }, { state: "open" }]);
    });
  }

  it("asks a server that does not know the names for everything", async () => {
    await world.start((_request, response, _body, number) => {
      if (number === 0) response.writeHead(400).end('{"code":3}');
      else begin(response, START + event("a"));
    });
    await world.until(() => world.events.length === 1);
    assert.equal(world.bodies[1]?.names, undefined);
    assert.deepEqual(world.pauses, []);
  });

  it("is opened again when it is cut, and that is no failure where it works", async () => {
    let cut = (): void => undefined;
    await world.start((_request, response, _body, number) => {
      begin(response, START + event(String(number)));
      cut = () => response.socket?.destroy();
    });
    for (const id of ["0", "1", "2"]) {
      await world.until(() => world.events.includes(id));
      cut();
    }
    await world.until(() => world.events.includes("3"));
    assert.deepEqual(world.states, [{ state: "open" }]);
  });

  it("takes over to another connection when nothing comes, and gives no event twice", async () => {
    const responses: http.ServerResponse[] = [];
    await world.start(
      (_request, response, _body, number) => {
        responses.push(response);
        begin(response, START + event("same") + event(String(number)));
      },
      { idle: 20 },
    );
    await world.until(() => world.events.includes("1"));
    assert.deepEqual(world.events.slice(0, 3), ["same", "0", "1"]);
    assert.deepEqual(world.states, [{ state: "open" }]);
    assert.ok(responses[0]);
    await once(responses[0], "close");
  });

  it("gives up an answer that does not begin", async () => {
    await world.start(
      (_request, response, _body, number) => {
        if (number > 0) begin(response, START + event("a"));
      },
      { patience: 30 },
    );
    await world.until(() => world.events.length === 1);
    assert.deepEqual(world.pauses[0], ["unreachable", 1]);
  });

  it("is not taken in by an answer that is no stream", async () => {
    await world.start((_request, response, _body, number) => {
      if (number === 0) response.writeHead(200).end("<html>Sign in</html>\n");
      else begin(response, START + event("a"));
    });
    await world.until(() => world.events.length === 1);
    assert.deepEqual(world.pauses[0], ["not_understood", 1]);
  });

  it("passes over lines that are no events, too long, nested without end or hostile", async () => {
    const hostile = [
      "",
      "null",
      "[]",
      '{"result":null}',
      '{"result":{"name":5}}',
      '{"result":{',
      `{"result":{"name":"x","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`,
      `{"result":{"name":"long","unique_id":"long","data":"${"x".repeat(300_000)}"}}`,
      ": comment",
    ];
    await world.start((_request, response) => {
      begin(response, START);
      for (const line of hostile) response.write(`${line}\n`);
      response.write('{"result":{"name":"x","unique_id":"proto","__proto__":{"polluted":1}}}\n');
      response.write(event("last"));
    });
    await world.until(() => world.events.includes("last"));
    assert.deepEqual(world.events, ["proto", "last"]);
    assert.equal(Reflect.get({}, "polluted"), undefined);
  });

  it("leaves no connection behind when it is ended, whatever it was doing", async () => {
    const closed: Promise<unknown>[] = [];
    await world.start((_request, response) => {
      closed.push(once(response, "close"));
      begin(response);
    });
    await world.until(() => world.states.length > 0);
    world.stream.end();
    await Promise.all(closed);
    assert.deepEqual(world.states, [{ state: "open" }]);
  });

  /** More by hand: an hour of a cut a second. */
  const CUTS = Number(process.env.CUTS ?? 100);

  it("loses nothing that was sent, and leaves nothing behind, over many cuts", async function () {
    this.timeout(CUTS * 100 + 5_000);
    const PER_STREAM = 10;
    await world.start((_request, response, _body, number) => {
      const events = Array.from({ length: PER_STREAM }, (_, index) => event(`${number}.${index}`));
      begin(response, START + events.join(""));
    });
    const given = (cuts: number): number => (cuts + 1) * PER_STREAM;
    for (let cuts = 0; cuts < CUTS; cuts += 1) {
      await world.until(() => world.events.length === given(cuts));
      world.cut();
    }
    await world.until(() => world.events.length === given(CUTS));
    assert.equal(new Set(world.events).size, given(CUTS));
    assert.deepEqual(world.states, [{ state: "open" }]);
    assert.equal(await world.connections(), 1);
  });

  it("fails where the key cannot be sent, and nothing is thrown", async () => {
    await world.start(() => undefined);
    const states: StreamState[] = [];
    const stream = new EventStream({
      target: { url: "http://127.0.0.1:1/api/v3", apiKey: "line\nbreak" },
      identifiers: [{ application_ids: { application_id: "app1" } }],
      names: "",
      onEvent: () => undefined,
      onState: (state) => states.push(state),
    });
    stream.end();
    assert.deepEqual(states, [{ state: "failed", why: "unreachable" }]);
  });
});

describe("lines of a stream", () => {
  it("are the same however they are cut, and those that are too long are skipped", () => {
    const text = "one\n\ntwo\nthis one is too long\nthree\nrest";
    for (let size = 1; size <= text.length; size += 1) {
      const lines = new EventLines(8);
      const found: string[] = [];
      for (let at = 0; at < text.length; at += size)
        found.push(...lines.take(Buffer.from(text.slice(at, at + size))).map(String));
      assert.deepEqual(found, ["one", "", "two", "three"], String(size));
    }
  });
});
