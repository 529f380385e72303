import { Store, type Packet } from "mqtt";

/**
 * Messages of QoS 2 that are taken in and not released yet by the other side. mqtt.js would keep each whole until then, which a broker
 * that never releases any turns into all the memory there is; what is needed of it is its number.
 */
export class TakenIn extends Store {
  override put(packet: Packet, done: () => void): this {
    const { messageId } = packet;
    return super.put(
      {
        cmd: "publish",
        topic: "",
        payload: "",
        qos: 2,
        dup: false,
        retain: false,
        ...(messageId === undefined ? {} : { messageId }),
      },
      done,
    );
  }
}
