import type { Socket } from "node:net";
import { connack, pingresp, puback, pubcomp, publication, pubrec, pubrel, suback, unsuback } from "./answers";
import { FrameReader } from "./frames";
import type { Account, SessionHost } from "./host";
import { Outbox } from "./outbox";
import { decodePacket } from "./packets";
import type { Connect, Packet, Publish } from "./packets";
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
  readonly #reader = new FrameReader();
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
    socket.on("data", (bytes: Buffer) => {
      this.#receive(bytes);
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
      this.#outbox.deliver(publication(topic, payload, retained));
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
    this.#host.closed(this);
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

  #receive(bytes: Buffer): void {
    this.#reader.push(bytes);
    while (!this.#closing) {
      const next = this.#reader.next();
      if (next.state === "incomplete") return;
      const packet = next.state === "frame" ? decodePacket(next.frame) : undefined;
      if (packet === undefined || (packet.type === "connect") !== (this.#account === undefined)) {
        this.#protocolError();
        return;
      }
      this.#handle(packet);
      this.#wait();
    }
  }

  /** The operating system makes a RST of a close while bytes of the client are unread. */
  #protocolError(): void {
    if (this.#reader.unread > 0) this.reset("protocol error");
    else this.close("protocol error");
  }

  #handle(packet: Packet): void {
    switch (packet.type) {
      case "connect":
        this.#connect(packet);
        return;
      case "publish":
        this.#publish(packet);
        return;
      case "subscribe":
        this.#subscribe(packet.id, packet.filters);
        return;
      case "unsubscribe":
        this.#unsubscribe(packet.id, packet.filters);
        return;
      case "pubrec":
        this.#outbox.answer(pubrel(packet.id));
        return;
      case "pubrel":
        this.#publications.release(packet.id);
        this.#outbox.answer(pubcomp(packet.id));
        return;
      case "pingreq":
        this.#outbox.answer(pingresp());
        return;
      case "disconnect":
        // The server clears the will and does not close.
        this.#saidDisconnect = true;
        return;
      case "puback":
      case "pubcomp":
    }
  }

  #connect(packet: Connect): void {
    const { switches } = this.#host;
    const account = this.#host.login(packet.userName, packet.password);
    const returnCode = switches.closeBeforeConnack
      ? undefined
      : (switches.refuse ?? (isSpoken(packet) ? (account === undefined ? 5 : 0) : 1));
    if (returnCode === 0) {
      this.#account = account;
      this.#silence = packet.keepalive === 0 ? WITHOUT_KEEPALIVE : packet.keepalive * 1500;
    }
    if (returnCode !== undefined) this.#outbox.answer(connack(returnCode));
    if (returnCode !== 0) this.close(returnCode === undefined ? "before CONNACK" : "login refused");
    this.#host.journal.connected({
      session: this.number,
      userName: packet.userName,
      clientId: packet.clientId,
      protocolName: packet.protocolName,
      level: packet.level,
      keepalive: packet.keepalive,
      clean: packet.clean,
      will: packet.will?.topic,
      returnCode,
    });
  }

  #subscribe(id: number, filters: readonly { filter: string; qos: number }[]): void {
    const codes = filters.map(({ filter, qos }) => {
      const { switches, topics } = this.#host;
      const accepted = switches.refuseTopics ? undefined : topics.accepted(filter);
      if (accepted === undefined) return 0x80;
      this.#filters.add(accepted);
      return qos;
    });
    this.#outbox.answer(suback(id, codes));
    this.#host.journal.subscribed({ session: this.number, filters, codes });
  }

  #unsubscribe(id: number, filters: readonly string[]): void {
    for (const filter of filters) this.#filters.delete(this.#host.topics.accepted(filter) ?? filter);
    this.#outbox.answer(unsuback(id));
    this.#host.journal.unsubscribed({ session: this.number, filters });
  }

  /** A PUBACK means "handled", whatever came of it. QoS 2 is executed at the PUBLISH; a QoS 1 repetition once more. */
  #publish(packet: Publish): void {
    const outcome = this.#publications.take(packet, this.#account);
    const { topic, payload, qos, retain, dup } = packet;
    if (outcome.reason === "rate limit") this.close("rate limit");
    else {
      if (qos === 1) this.#outbox.answer(puback(packet.id));
      if (qos === 2) this.#outbox.answer(pubrec(packet.id));
    }
    this.#host.journal.published({ session: this.number, topic, payload, qos, retain, dup, ...outcome });
  }
}

function isSpoken({ protocolName, level }: Connect): boolean {
  return (protocolName === "MQTT" || protocolName === "MQIsdp") && (level === 3 || level === 4);
}
