import net from "node:net";
import tls from "node:tls";
import { MqttClient, Store, type IClientOptions, type IPublishPacket } from "mqtt";
import type { Login } from "../services/service";
import { PacketHeads } from "./packetHeads";
import type { ProxyFault } from "./proxy/fault";
import type { ProxyServer } from "./proxy/server";
import { openTunnel } from "./proxy/tunnel";
import { TakenIn } from "./takenIn";
import { warnOfBug } from "./unexpected";

/** Where to connect to. With `tls` the connection is encrypted; an empty object means: verified by the system's certificates. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls?: tls.ConnectionOptions;
  /** Opens the way there. Only with `tls`: of the rest a proxy could read key and data. */
  readonly proxy?: ProxyServer;
}

/** How far a connection got before it ended. */
export type Phase = "proxy" | "tcp" | "tls" | "login" | "open";

/** All that was seen of the end of a connection. */
export interface LinkEnd {
  readonly phase: Phase;
  /** CONNACK return code, where one came that was not 0. */
  readonly returnCode?: number;
  /** Of the first error: Node's or OpenSSL's. */
  readonly errorCode?: string;
  /** The first byte that came instead of an answer to the login. */
  readonly firstByte?: number;
  /** In phase `proxy`: why it opened no way. */
  readonly proxyFault?: ProxyFault;
  readonly cause: "refused" | "error" | "closed" | "timeout" | "keepalive" | "too_large";
}

export interface LinkHandlers {
  /** CONNACK 0. */
  onOpen(): void;
  /** `again`: the other side says that it has sent this before; `retained`: that it has kept it for new subscribers. */
  onMessage(topic: string, payload: Buffer, again: boolean, retained: boolean): void;
  /** Exactly once, unless `end` was called before. */
  onEnd(end: LinkEnd): void;
  /** Its socket, before it connects, to see how far it gets. */
  onSocket?(socket: net.Socket): void;
  /** The proxy, where there is one, has opened the way to the server. */
  onTunnel?(): void;
}

/** `unanswered`: it may or may not have arrived. */
export type PublishOutcome = "acknowledged" | "unanswered";

export interface Link {
  /** Resolves to the code of the SUBACK: 0, 1, 2, or 128 for refused; undefined when the link ended before. */
  subscribe(filter: string, qos: 0 | 1 | 2): Promise<number | undefined>;
  unsubscribe(filter: string): void;
  /**
   * Resolves when the other side has acknowledged it (for QoS 0: when it is written), or when the link ended before. Never sent
   * again: the stack executes a repeated one twice.
   */
  publish(topic: string, payload: Uint8Array, qos: 0 | 1 | 2): Promise<PublishOutcome>;
  /** Until `resume`, what arrives waits, unacknowledged: a broker that keeps a session has it again if it comes to that. */
  pause(): void;
  resume(): void;
  /** Resolves when nothing of it is left: after a DISCONNECT where one can be sent, within two seconds in any case. */
  end(): Promise<void>;
}

/** From the first packet to the CONNACK. A frozen server takes the connection and never answers. */
const CONNECT_TIMEOUT_MS = 10_000;
const SUBACK_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 2_000;
/** From the DISCONNECT, once it is out: a server that closes as well does it at once, and one that does not need not be waited for. */
const LAST_WORD_MS = 100;
/** mqtt.js takes what it has read already also after its end, and throws where its stores are closed by then. */
const KEPT_OPEN = { clean: false };
/** In a SUBACK. */
export const SUBACK_REFUSED = 128;

/** SNI is always sent, but for addresses, which TLS does not allow in it. */
const serverName = (host: string): { servername?: string } => (net.isIP(host) ? {} : { servername: host });

/** A socket that never was: what cannot even be tried (a client key that cannot be read) fails like any other attempt. */
function failedSocket(reason: unknown): net.Socket {
  return new net.Socket().destroy(reason instanceof Error ? reason : new Error(String(reason)));
}

interface Progress {
  onPhase: (phase: Phase) => void;
  onProxyFault: (fault: ProxyFault) => void;
}

function openSocket(
  { host, port, tls: secure, proxy }: Endpoint,
  { onPhase, onProxyFault }: Progress,
): net.Socket {
  // Node 18 tries one address of a name only, which fails for `localhost` where that is ::1 first.
  const target = { host, port, autoSelectFamily: true };
  if (!secure) return net.connect(target).once("connect", () => onPhase("login"));
  // Said explicitly: otherwise NODE_TLS_REJECT_UNAUTHORIZED would send the key to any server that answers.
  const rejectUnauthorized = secure.rejectUnauthorized !== false;
  const onOpen = (): void => onPhase("tls");
  const tunnel = proxy && openTunnel(proxy, { host, port }, { onOpen, onFault: onProxyFault });
  const socket = tls.connect({
    ...serverName(host),
    ...secure,
    ...target,
    rejectUnauthorized,
    ...(tunnel ? { socket: tunnel } : {}),
  });
  socket.once("connect", onOpen);
  socket.once("secureConnect", () => onPhase("login"));
  return socket;
}

/**
 * One attempt at one MQTT connection, and its life until it ends. A fresh mqtt.js client each time: left to itself it gives up
 * after a refused login, forgets filters that came together with a refused one, and sends unanswered publishes again.
 * @param connectTimeout ms from the first packet to the CONNACK
 */
export function openLink(
  endpoint: Endpoint,
  login: Login & { readonly clientId: string; readonly keepalive: number },
  handlers: LinkHandlers,
  connectTimeout = CONNECT_TIMEOUT_MS,
): Link {
  let phase: Phase = endpoint.proxy && endpoint.tls ? "proxy" : "tcp";
  let socket: net.Socket | undefined;
  let ending: Promise<void> | undefined;
  let ended = false;
  let cause: LinkEnd["cause"] = "closed";
  let errorCode: string | undefined;
  let returnCode: number | undefined;
  let firstByte: number | undefined;
  let proxyFault: ProxyFault | undefined;
  const waiting = new Set<() => void>();
  /** What came while paused: at most one message, because nothing is read behind it. */
  const arrived: (() => void)[] = [];
  let paused = false;
  const heads = new PacketHeads();

  /** Takes a message in before it is acknowledged: one that is acknowledged first is lost when Node-RED ends in between. */
  const take = (packet: IPublishPacket, goOn: () => void): void => {
    if (paused) arrived.push(() => deliver(packet, goOn));
    else deliver(packet, goOn);
  };
  const deliver = ({ topic, payload, qos, dup, retain }: IPublishPacket, goOn: () => void): void => {
    // What cannot be acknowledged any more is not taken: a broker that keeps the session sends it again.
    if (ending || (ended && qos > 0)) return;
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    try {
      handlers.onMessage(topic, bytes, dup && qos > 0, retain);
    } catch (error) {
      // Nothing that comes over the wire ends the process; what comes next may be all right.
      warnOfBug(error);
    }
    goOn();
  };

  const options: IClientOptions = {
    clientId: login.clientId,
    keepalive: login.keepalive,
    clean: login.clean,
    ...(login.username === undefined ? {} : { username: login.username }),
    ...(login.password === undefined ? {} : { password: login.password }),
    protocolId: "MQTT",
    protocolVersion: 4,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    incomingStore: new TakenIn(KEPT_OPEN),
    outgoingStore: new Store(KEPT_OPEN),
    // Only packets that we send keep a session open on the server, so pings are not put off by those that come.
    reschedulePings: false,
    connectTimeout: connectTimeout * 2, // ours comes first and knows how far it got
    log: () => undefined,
  };
  const client = new MqttClient(() => {
    try {
      socket = openSocket(endpoint, {
        onPhase(reached) {
          if (phase === "proxy") handlers.onTunnel?.();
          phase = reached;
        },
        onProxyFault(fault) {
          proxyFault = fault;
          cause = "error";
          fail();
        },
      });
    } catch (error) {
      phase = "tls";
      socket = failedSocket(error);
    }
    return socket;
  }, options);

  const finish = (): void => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    for (const settle of waiting) settle();
    waiting.clear();
    client.end(true);
    socket?.destroy();
  };
  const fail = (): void => {
    if (ended) return;
    finish();
    if (ending) return;
    handlers.onEnd({
      phase,
      cause,
      ...(returnCode === undefined ? {} : { returnCode }),
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(proxyFault === undefined ? {} : { proxyFault }),
      ...(firstByte === undefined || returnCode !== undefined || phase === "open" ? {} : { firstByte }),
    });
  };
  const timer = setTimeout(() => {
    cause = "timeout";
    fail();
  }, connectTimeout);

  client.on("connect", () => {
    clearTimeout(timer);
    phase = "open";
    handlers.onOpen();
  });
  if (socket) handlers.onSocket?.(socket);
  // Before mqtt.js, which fails at once at what is no MQTT.
  socket?.prependListener("data", (chunk: Buffer) => {
    firstByte ??= chunk[0];
    if (!heads.isTooLarge(chunk)) return;
    cause = "too_large";
    fail();
  });
  // mqtt-packet (9.0) reads a number that is not there as -1, with which mqtt.js would throw where it answers.
  client.on("packetreceive", (packet) => {
    if (packet.messageId !== -1) return;
    packet.messageId = 0;
    cause = "error";
    errorCode = "No packet identifier";
    fail();
  });
  // mqtt.js (5.16) heeds this among the options for MQTT 5 only, and asks it for each version.
  client.options.customHandleAcks = (_topic, _payload, packet: IPublishPacket, done) =>
    take(packet, () => done(0));
  // Those of QoS 1 and 2 are taken in already.
  client.handleMessage = (packet, done) => {
    if (packet.qos === 0) take(packet, done);
    else done();
  };
  // Some errors come twice, and not each of them closes the connection: the first one ends it.
  client.on("error", (error) => {
    if (ended) return;
    const code = "code" in error ? error.code : undefined;
    if (typeof code === "number" && phase === "login") {
      cause = "refused";
      returnCode = code;
    } else {
      cause = error.message === "Keepalive timeout" ? "keepalive" : "error";
      errorCode = typeof code === "string" ? code : error.message;
    }
    fail();
  });
  client.on("close", fail);

  return {
    subscribe: (filter, qos) =>
      new Promise((resolve) => {
        if (ended) {
          resolve(undefined);
          return;
        }
        const settle = (code?: number): void => {
          clearTimeout(silence);
          waiting.delete(settle);
          resolve(code);
        };
        const silence = setTimeout(() => {
          cause = "timeout";
          fail();
        }, SUBACK_TIMEOUT_MS);
        waiting.add(settle);
        client.subscribe(filter, { qos }, (error, _granted, packet) => {
          const code = packet?.granted[0];
          settle(typeof code === "number" ? code : error ? SUBACK_REFUSED : qos);
        });
      }),

    unsubscribe(filter) {
      if (!ended) client.unsubscribe(filter);
    },

    publish: (topic, payload, qos) =>
      new Promise((resolve) => {
        if (ended) {
          resolve("unanswered");
          return;
        }
        const unanswered = (): void => resolve("unanswered");
        waiting.add(unanswered);
        client.publish(topic, Buffer.from(payload), { qos, retain: false }, (error) => {
          waiting.delete(unanswered);
          resolve(error ? "unanswered" : "acknowledged");
        });
      }),

    pause() {
      paused = true;
    },

    resume() {
      paused = false;
      for (const goOn of arrived.splice(0)) goOn();
    },

    end: () =>
      (ending ??= new Promise((resolve) => {
        if (ended) {
          resolve();
          return;
        }
        const done = (): void => {
          clearTimeout(deadline);
          finish();
          resolve();
        };
        let deadline = setTimeout(done, END_TIMEOUT_MS);
        if (phase !== "open") {
          done();
          return;
        }
        socket?.once("finish", () => {
          clearTimeout(deadline);
          deadline = setTimeout(done, LAST_WORD_MS);
        });
        client.end(false, {}, done);
      })),
  };
}
