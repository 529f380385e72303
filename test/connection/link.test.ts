import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { generate } from "mqtt-packet";
import { openLink, type Link, type LinkEnd } from "../../src/connection/link";
import { makeCertificates } from "../diagnosis/stackAnswers";
import { startSimulator, type Simulator } from "../../simulator/simulator";

const CONNACK = generate({ cmd: "connack", returnCode: 0, sessionPresent: false });
const UP = "v3/app1/devices/+/up";

describe("a link", () => {
  const servers: { stop(): Promise<void> }[] = [];
  const links: Link[] = [];
  afterEach(async () => {
    await Promise.all(links.splice(0).map((link) => link.end()));
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function simulated(): Promise<Simulator> {
    const simulator = await startSimulator();
    servers.push(simulator);
    return simulator;
  }

  /** A server that does with each connection what it is told. Returns its port. */
  async function serverThat(does: (socket: Socket) => void, allowHalfOpen = false): Promise<number> {
    const sockets = new Set<Socket>();
    const server: Server = createServer({ allowHalfOpen }, (socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => does(socket));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve());
    });
    servers.push({
      stop: () =>
        new Promise((resolve) => {
          for (const socket of sockets) socket.destroy();
          server.close(() => resolve());
        }),
    });
    return (server.address() as AddressInfo).port;
  }

  function open(port: number, { timeout = 10_000, keepalive = 30, password = "" } = {}) {
    const messages: string[] = [];
    let ends = 0;
    const parts = {} as { opened: Promise<void>; ended: Promise<LinkEnd> };
    let link: Link | undefined;
    parts.opened = new Promise((resolveOpen) => {
      parts.ended = new Promise((resolveEnd) => {
        link = openLink(
          { host: "127.0.0.1", port },
          { clientId: "test", keepalive, username: "app1", password, clean: true },
          {
            onOpen: () => resolveOpen(),
            onMessage: (topic, payload) => messages.push(`${topic} ${payload.toString()}`),
            onEnd: (end) => {
              ends += 1;
              resolveEnd(end);
            },
          },
          timeout,
        );
      });
    });
    assert.ok(link);
    links.push(link);
    return { ...parts, link, messages, ends: () => ends };
  }

  it("gives up on a server that takes the connection and says nothing", async () => {
    const simulator = await simulated();
    simulator.freeze(true);
    const { ended } = open(simulator.port, { timeout: 50 });
    assert.deepEqual(await ended, { phase: "login", cause: "timeout" });
  });

  it("notices an open connection that went silent by its keepalive", async () => {
    const simulator = await simulated();
    const { opened, ended } = open(simulator.port, { keepalive: 1, password: simulator.apiKey });
    await opened;
    simulator.freeze(true);
    assert.deepEqual(await ended, { phase: "open", cause: "keepalive", errorCode: "Keepalive timeout" });
  });

  it("tells the code of the CONNACK", async () => {
    const simulator = await simulated();
    for (const code of [1, 2, 3, 4, 5] as const) {
      simulator.refuse(code);
      assert.deepEqual(await open(simulator.port).ended, {
        phase: "login",
        cause: "refused",
        returnCode: code,
      });
    }
  });

  const GARBAGE: readonly (readonly [string, Uint8Array])[] = [
    ["that speaks HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["that speaks SMTP", Buffer.from("220 mail ESMTP\r\n")],
    ["that sends zeros", Buffer.alloc(64)],
    ["that sends nothing but 0xFF", Buffer.alloc(64, 0xff)],
    ["that sends random bytes", Buffer.from("9f3a6c01e7004455aabbccddeeff0011", "hex")],
  ];
  for (const [which, bytes] of GARBAGE) {
    it(`ends once, before the login, at a server ${which}`, async () => {
      const port = await serverThat((socket) => socket.end(bytes));
      const { ended, ends } = open(port);
      const { phase, firstByte } = await ended;
      assert.deepEqual([phase, firstByte], ["login", bytes[0]]);
      await new Promise(setImmediate);
      assert.equal(ends(), 1);
    });

    it(`ends once, without harm, when an open connection gets what a server ${which.slice(5)}`, async () => {
      let send = (): void => undefined;
      const port = await serverThat((socket) => {
        socket.write(CONNACK);
        send = () => socket.end(bytes);
      });
      const { opened, ended, ends, messages } = open(port);
      await opened;
      send();
      assert.equal((await ended).phase, "open");
      await new Promise(setImmediate);
      assert.equal(ends(), 1);
      assert.deepEqual(messages, []);
    });
  }

  it("takes messages of every quality of service, whatever it asked for", async () => {
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      for (const qos of [0, 1, 2] as const) {
        const rest = { payload: "x", messageId: qos, dup: false, retain: false };
        socket.write(generate({ cmd: "publish", topic: `t${qos}`, qos, ...rest }));
      }
      socket.on("data", (bytes: Buffer) => {
        if (bytes.includes(0x50)) socket.write(generate({ cmd: "pubrel", messageId: 2 }));
        if (bytes.includes(0x70)) socket.end();
      });
    });
    const { ended, messages } = open(port);
    await ended;
    assert.deepEqual(messages, ["t0 x", "t1 x", "t2 x"]);
  });

  /** Sends a message of QoS 1 after the login, and tells what it gets back. */
  async function serverWithMessage() {
    const received: number[] = [];
    let told = (): void => undefined;
    const acknowledged = new Promise<void>((resolve) => (told = resolve));
    let close = (): void => undefined;
    let sent = (): void => undefined;
    const messageSent = new Promise<void>((resolve) => (sent = resolve));
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      const rest = { payload: "x", messageId: 7, dup: true, retain: false } as const;
      socket.write(generate({ cmd: "publish", topic: "t", qos: 1, ...rest }), () => sent());
      socket.on("data", (bytes: Buffer) => {
        received.push(bytes[0] ?? 0);
        told();
      });
      close = () => socket.end();
    });
    return { port, received, acknowledged, messageSent, close: () => close() };
  }
  const aWhile = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 50));

  it("holds what comes while it is paused, and acknowledges it when it was taken", async () => {
    const server = await serverWithMessage();
    const { link, opened, messages } = open(server.port);
    link.pause();
    await opened;
    await server.messageSent;
    await aWhile();
    assert.deepEqual([messages, server.received], [[], []]);
    link.resume();
    assert.deepEqual(messages, ["t x"]);
    await server.acknowledged;
    assert.deepEqual(server.received, [0x40]);
  });

  it("takes nothing that it can acknowledge no more: it comes again", async () => {
    const server = await serverWithMessage();
    const { link, opened, ended, messages } = open(server.port);
    link.pause();
    await opened;
    await server.messageSent;
    await aWhile();
    server.close();
    await ended;
    link.resume();
    assert.deepEqual(messages, []);
  });

  it("ends at a second CONNACK", async () => {
    const port = await serverThat((socket) => socket.write(Buffer.concat([CONNACK, CONNACK])));
    const { ended, ends } = open(port);
    assert.equal((await ended).cause, "error");
    assert.equal(ends(), 1);
  });

  const NUMBERLESS: readonly (readonly [string, Uint8Array])[] = [
    ["message of QoS 1", Buffer.from("320400027570", "hex")],
    ["message of QoS 2", Buffer.from("340400027570", "hex")],
    ["PUBREL", Buffer.from("6200", "hex")],
    ["PUBREL with half of one", Buffer.from("620101", "hex")],
    ["PUBACK", Buffer.from("4000", "hex")],
    ["SUBACK", Buffer.from("900100", "hex")],
  ];
  for (const [which, bytes] of NUMBERLESS) {
    it(`ends, without harm, at a ${which} without a packet identifier`, async () => {
      const port = await serverThat((socket) => socket.write(Buffer.concat([CONNACK, bytes])));
      const { ended, messages, ends } = open(port);
      const { phase, cause } = await ended;
      assert.deepEqual({ phase, cause }, { phase: "open", cause: "error" });
      await sleep(20);
      assert.deepEqual({ messages, ends: ends() }, { messages: [], ends: 1 });
    });
  }

  it("ends, without harm, where packets that are read already are behind what ends it", async () => {
    const publish = generate({
      cmd: "publish",
      topic: "up",
      payload: "1",
      qos: 2,
      messageId: 1,
      dup: false,
      retain: false,
    });
    for (const before of ["620200026202000362020004", `${publish.toString("hex")}620200016202000162020001`]) {
      const bytes = Buffer.concat([CONNACK, Buffer.from(before, "hex"), Buffer.from("f000", "hex")]);
      const { ended, ends } = open(await serverThat((socket) => socket.write(bytes)));
      assert.equal((await ended).cause, "error");
      await sleep(20);
      assert.equal(ends(), 1);
    }
  });

  it("tells of each subscription whether it was granted", async () => {
    const simulator = await simulated();
    const { opened, link } = open(simulator.port, { password: simulator.apiKey });
    await opened;
    assert.equal(await link.subscribe(UP, 0), 0);
    assert.equal(await link.subscribe("v3/other-app/devices/+/up", 0), 128);
    simulator.refuseTopics(true);
    assert.equal(await link.subscribe(UP, 0), 128);
  });

  it("tells nothing of a subscription when it ends first, or has ended before", async () => {
    const simulator = await simulated();
    const { opened, link, ended } = open(simulator.port, { password: simulator.apiKey });
    await opened;
    simulator.freeze(true);
    const answer = link.subscribe(UP, 0);
    simulator.resetAll();
    await ended;
    assert.equal(await answer, undefined);
    assert.equal(await link.subscribe(UP, 0), undefined);
    link.unsubscribe(UP);
  });

  it("says DISCONNECT when it is ended, and nothing to its owner", async () => {
    const simulator = await simulated();
    const { opened, link, ends } = open(simulator.port, { password: simulator.apiKey });
    await opened;
    const disconnected = simulator.next("disconnect");
    await Promise.all([link.end(), link.end()]);
    assert.equal((await disconnected).said, true);
    assert.equal(ends(), 0);
  });

  it("does not wait for a server that heard the DISCONNECT and leaves its side open", async () => {
    const heard: Buffer[] = [];
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      socket.on("data", (bytes) => heard.push(bytes));
    }, true);
    const { opened, link } = open(port);
    await opened;
    const late = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error("waited for the server")), 1_800).unref();
    });
    await Promise.race([link.end(), late]);
    assert.deepEqual(Buffer.concat(heard), Buffer.from([0xe0, 0]));
  });

  it("is ended at once while it still connects", async () => {
    const simulator = await simulated();
    simulator.freeze(true);
    const { link, ends } = open(simulator.port);
    await link.end();
    simulator.freeze(false);
    assert.equal(ends(), 0);
    assert.equal(simulator.sessions, 0);
  });

  it("hands over nothing more once it is being ended", async () => {
    const simulator = await simulated();
    const { opened, link, messages } = open(simulator.port, { password: simulator.apiKey });
    await opened;
    await link.subscribe(UP, 0);
    simulator.send("v3/app1/devices/door/up", "late");
    await link.end();
    assert.deepEqual(messages, []);
  });

  it("ends like any other where it cannot even be tried", async () => {
    let end: LinkEnd | undefined;
    await new Promise<void>((resolve) => {
      const link = openLink(
        { host: "127.0.0.1", port: 1, tls: { key: "no key", cert: "no certificate" } },
        { clientId: "test", keepalive: 30, clean: true },
        {
          onOpen: () => undefined,
          onMessage: () => undefined,
          onEnd: (how) => {
            end = how;
            resolve();
          },
        },
      );
      links.push(link);
    });
    assert.equal(end?.phase, "tls");
    assert.match(end.errorCode ?? "", /PEM|OSSL/);
  });

  it("ends at a message that is larger than any of the stack, before it is whole", async () => {
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      // The head of a PUBLISH of 256 MB, and then more and more of it.
      socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x01, 0x61]));
      const more = (): boolean => socket.writable && socket.write(Buffer.alloc(1024 * 1024), more);
      more();
    });
    const { opened, ended } = open(port);
    await opened;
    assert.equal((await ended).cause, "too_large");
  });

  it("ends at an answer that is larger than any, before it is whole", async () => {
    const port = await serverThat((socket) => {
      // The head of a SUBACK of 15 MB.
      socket.write(Buffer.concat([CONNACK, Buffer.from([0x90, 0x80, 0x80, 0xc0, 0x07]), Buffer.alloc(100)]));
    });
    const { opened, ended } = open(port);
    await opened;
    assert.equal((await ended).cause, "too_large");
  });

  it("does not send the password to a server that is not verified, whatever the environment says", async () => {
    const { selfSigned } = makeCertificates();
    const got: Buffer[] = [];
    const server = tls.createServer(selfSigned, (socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => got.push(chunk));
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve());
    });
    const { port } = server.address() as AddressInfo;
    const login = { clientId: "test", keepalive: 30, username: "app1", password: "secret", clean: true };
    const endOf = (options: tls.ConnectionOptions): Promise<LinkEnd> =>
      new Promise((resolve) => {
        const handlers = { onOpen: () => undefined, onMessage: () => undefined, onEnd: resolve };
        links.push(openLink({ host: "127.0.0.1", port, tls: options }, login, handlers, 500));
      });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      for (const options of [{}, { rejectUnauthorized: undefined }, { rejectUnauthorized: true }]) {
        const { phase, errorCode } = await endOf(options);
        assert.deepEqual([phase, errorCode], ["tls", "DEPTH_ZERO_SELF_SIGNED_CERT"]);
      }
      assert.deepEqual(got, []);
      assert.equal((await endOf({ rejectUnauthorized: false })).phase, "login");
      assert.notDeepEqual(got, [], "a TLS configuration may say so");
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
      server.close();
    }
  });

  it("goes on with the next message where one makes its reader fail", async () => {
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      for (const topic of ["bad", "good"])
        socket.write(generate({ cmd: "publish", topic, qos: 0, payload: "x", dup: false, retain: false }));
      socket.end();
    });
    const topics: string[] = [];
    const warned = once(process, "warning");
    await new Promise<void>((resolve) => {
      const onMessage = (topic: string): void => {
        topics.push(topic);
        if (topic === "bad") throw new TypeError("reader of NNSXS.SECRET");
      };
      const handlers = { onOpen: () => undefined, onMessage, onEnd: () => resolve() };
      links.push(
        openLink({ host: "127.0.0.1", port }, { clientId: "t", keepalive: 30, clean: true }, handlers),
      );
    });
    assert.deepEqual(topics, ["bad", "good"]);
    const [warning] = (await warned) as [Error];
    assert.match(warning.message, /^TypeError in The Things Stack's nodes/);
    assert.doesNotMatch(warning.message, /SECRET/);
  });

  it("takes in many messages that are large together", async () => {
    const body = Buffer.alloc(1024 * 1024, "x");
    const publish = generate({
      cmd: "publish",
      topic: "a",
      payload: body,
      qos: 0,
      dup: false,
      retain: false,
    });
    const port = await serverThat((socket) => {
      socket.write(CONNACK);
      for (let count = 0; count < 24; count++) socket.write(publish);
      socket.end();
    });
    const { messages, ended } = open(port);
    assert.equal((await ended).cause, "closed");
    assert.equal(messages.length, 24);
  });
});
