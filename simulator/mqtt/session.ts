import type { Socket } from "node:net";
import { generate, parser } from "mqtt-packet";
import type { IConnectPacket, IPublishPacket, ISubscription, Packet } from "mqtt-packet";
import type { Account, SessionHost } from "./host";
import { Outbox } from "./outbox";
import { isAcceptable, isUnknownProtocol, protocolCode } from "./packets";
import { Publications } from "./publications";

const CONNECT_WITHIN = 10_000;
const WITHOUT_KEEPALIVE = 3_600_000;

/** One MQTT connection, from TCP accept to close. Rules: docs/server.md#1-topics-and-subscriptions to #4-rate-limits. */
export class MqttSession {
  readonly number: number;
  readonly #socket: Socket;
  /** Below TLS, if there is TLS: only that can be reset. */
  readonly #wire: Socket;
  readonly #host: SessionHost;
  readonly #outbox: Outbox;
  readonly #filters = new Set<string>();
  readonly #publications: Publications;
  #account: Account | undefined;
  #timer: NodeJS.Timeout | undefined;
  #silence = CONNECT_WITHIN;
  #saidDisconnect = false;
  #reason: string | undefined;
  #closing = false;

  constructor(socket: Socket, wire: Socket, host: SessionHost, number: number) {
    this.#socket = socket;
    this.#wire = wire;
    this.#host = host;
    this.number = number;
    this.#outbox = new Outbox(socket);
    this.#publications = new Publications(host);
    this.#wait();
    const reader = parser();
    reader.on("packet", (packet) => {
      this.#receive(packet);
    });
    reader.on("error", (error: Error) => {
      this.#refuse(error);
    });
    socket.on("data", (bytes: Buffer) => {
      if (!this.#closing) reader.parse(bytes);
    });
    // A reset by the client ends in "close" like everything else.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#ended();
    });
  }

  get loggedIn(): boolean {
    return this.#account !== undefined && !this.#closing;
  }

  /** Hands over a message, at most once and only if some filter matches. */
  deliver(topic: string, payload: Buffer, retained = false): void {
    if (!this.loggedIn || this.#account?.mayRead !== true) return;
    if ([...this.#filters].some((filter) => this.#host.topics.matches(filter, topic))) {
      // Always QoS 0. The stack retains nothing; a bridge may.
      this.#outbox.deliver(
        generate({ cmd: "publish", topic, payload, qos: 0, dup: false, retain: retained }),
      );
    }
  }

  /** As a stopped process: reads nothing, answers nothing, and its clocks stand still. */
  freeze(): void {
    clearTimeout(this.#timer);
    this.#outbox.hold();
    this.#socket.pause();
  }

  thaw(): void {
    this.#outbox.release();
    this.#wait();
    this.#socket.resume();
  }

  /** FIN, after what was written. */
  close(reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#socket.destroySoon();
  }

  /** RST. */
  reset(reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#reason = reason;
    clearTimeout(this.#timer);
    this.#wire.resetAndDestroy();
    this.#socket.destroy();
  }

  #ended(): void {
    clearTimeout(this.#timer);
    const by = this.#closing ? "server" : "client";
    this.#closing = true;
    this.#host.closed(this.number);
    this.#host.journal.disconnected({
      session: this.number,
      said: this.#saidDisconnect,
      by,
      reason: this.#reason,
    });
  }

  /** The server waits this long for the next packet; what it sends itself does not count. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#closing) return;
    const reason = this.#account === undefined ? "no CONNECT" : "keepalive";
    this.#timer = setTimeout(() => {
      this.close(reason);
    }, this.#silence);
  }

  #receive(packet: Packet): void {
    // The parser goes on with what came in the same segment.
    if (this.#closing) return;
    if ((packet.cmd === "connect") !== (this.#account === undefined) || !isAcceptable(packet)) {
      this.close("protocol error");
      return;
    }
    this.#handle(packet);
    this.#wait();
  }

  /** What is no packet, for example TLS. The server leaves the rest of it unread, which makes a RST of its close. */
  #refuse(error: Error): void {
    if (this.#account === undefined && isUnknownProtocol(error)) {
      this.#answer({ cmd: "connack", returnCode: 1, sessionPresent: false });
      this.close("login refused");
    } else this.reset("protocol error");
  }

  #answer(packet: Packet): void {
    this.#outbox.answer(generate(packet));
  }

  #handle(packet: Packet): void {
    const { messageId = 0 } = packet;
    switch (packet.cmd) {
      case "connect":
        this.#connect(packet);
        return;
      case "publish":
        this.#publish(messageId, packet);
        return;
      case "subscribe":
        this.#subscribe(messageId, packet.subscriptions);
        return;
      case "unsubscribe":
        this.#unsubscribe(messageId, packet.unsubscriptions);
        return;
      case "pubrel":
        this.#publications.release(messageId);
        this.#answer({ cmd: "pubcomp", messageId });
        return;
      case "pingreq":
        this.#answer({ cmd: "pingresp" });
        return;
      case "disconnect":
        // The server clears the will and does not close.
        this.#saidDisconnect = true;
        return;
      default:
        this.close("protocol error");
    }
  }

  #connect(packet: IConnectPacket): void {
    const { username: userName, keepalive = 0 } = packet;
    const account = this.#host.login(userName, packet.password?.toString());
    const returnCode = this.#returnCode(packet, account);
    if (returnCode === 0) {
      this.#account = account;
      this.#silence = keepalive === 0 ? WITHOUT_KEEPALIVE : keepalive * 1500;
    }
    // Session present is never set: the server keeps no sessions.
    if (returnCode !== undefined) this.#answer({ cmd: "connack", returnCode, sessionPresent: false });
    if (returnCode !== 0) this.close(returnCode === undefined ? "before CONNACK" : "login refused");
    this.#host.journal.connected({
      session: this.number,
      userName,
      clientId: packet.clientId,
      protocolName: packet.protocolId ?? "",
      level: packet.protocolVersion ?? 0,
      keepalive,
      clean: packet.clean ?? false,
      will: packet.will?.topic,
      returnCode,
    });
  }

  #returnCode(packet: IConnectPacket, account: Account | undefined): number | undefined {
    const { closeBeforeConnack, refuse } = this.#host.switches;
    const code = protocolCode(packet);
    if (closeBeforeConnack || code === undefined) return undefined;
    return refuse ?? (code === 0 && account === undefined ? 5 : code);
  }

  #subscribe(messageId: number, subscriptions: readonly ISubscription[]): void {
    const filters = subscriptions.map(({ topic, qos }) => ({ filter: topic, qos }));
    const codes = filters.map(({ filter, qos }) => {
      const { switches, topics } = this.#host;
      const accepted = switches.refuseTopics ? undefined : topics.accepted(filter);
      if (accepted === undefined) return 0x80;
      this.#filters.add(accepted);
      return qos;
    });
    this.#answer({ cmd: "suback", messageId, granted: codes });
    this.#host.journal.subscribed({ session: this.number, filters, codes });
  }

  #unsubscribe(messageId: number, filters: readonly string[]): void {
    for (const filter of filters) this.#filters.delete(this.#host.topics.accepted(filter) ?? filter);
    this.#answer({ cmd: "unsuback", messageId, granted: [] });
    this.#host.journal.unsubscribed({ session: this.number, filters });
  }

  /** A PUBACK means "handled", whatever came of it. QoS 2 is executed at the PUBLISH; a QoS 1 repetition once more. */
  #publish(id: number, packet: IPublishPacket): void {
    const { topic, qos, retain, dup } = packet;
    const payload = Buffer.from(packet.payload);
    const outcome = this.#publications.take({ topic, payload, qos, id }, this.#account);
    if (outcome.reason === "rate limit") this.close("rate limit");
    else if (qos > 0) this.#answer({ cmd: qos === 1 ? "puback" : "pubrec", messageId: id });
    this.#host.journal.published({ session: this.number, topic, payload, qos, retain, dup, ...outcome });
  }
}
