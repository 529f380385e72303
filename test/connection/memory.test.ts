import assert from "node:assert/strict";
import { LeftTopics } from "../../src/connection/leftTopics";
import { PacketHeads } from "../../src/connection/packetHeads";
import { Router } from "../../src/connection/router";
import type { Recipient } from "../../src/connection/routes";
import { TakenIn } from "../../src/connection/takenIn";
import { Ledger } from "../../src/devices/ledger";
import { stackService } from "../../src/services/stack";
import { v2Service } from "../../src/services/v2/service";
import { collectGarbage } from "./garbage";
import { bytesOf } from "../stack/fixtures";

const MEGABYTE = 1_000_000;

/** How many bytes are held when it is over. */
function heldBy(run: () => unknown): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const kept = run();
  collectGarbage();
  const held = process.memoryUsage().heapUsed - before;
  assert.notEqual(kept, undefined);
  return held;
}

const everything = (): Recipient => ({
  kinds: new Set(["uplink_message"] as const),
  everyDevice: true,
  wantsDevice: () => true,
  deliver: () => undefined,
});

const uplinkOf = (device: string): Buffer =>
  bytesOf({ end_device_ids: { device_id: device }, uplink_message: { f_port: 1, frm_payload: "AQ==" } });

describe("what is remembered of the traffic", () => {
  for (const [name, service, topicOf] of [
    ["of the stack", stackService({ applicationId: "app1", apiKey: "" }), "v3/APP/devices/DEV/up"],
    ["of V2", v2Service({ applicationId: "app1", accessKey: "" }), "APP/devices/DEV/up"],
  ] as const) {
    it(`does not hold on to long topics ${name}, which are no messages`, () => {
      const problems = new Set<string>();
      const held = heldBy(() => {
        const router = new Router(
          service,
          ({ problem }) => problems.add(problem.problem),
          new Ledger(service),
        );
        router.add(everything());
        for (let index = 0; index < 3_000; index++) {
          const device = `device-with-number-${index}`;
          // Out of bytes, as it comes from the wire.
          const topic = Buffer.from(
            topicOf.replace("APP", `app${index}${"x".repeat(60_000)}`).replace("DEV", device),
          );
          router.take(topic.toString(), uplinkOf(device), 1);
        }
        return router;
      });
      assert.deepEqual([...problems], ["unknown_topic"]);
      assert.ok(held < 20 * MEGABYTE, `${held}`);
    });
  }

  it("holds of a device its ID, not what it was cut out of", () => {
    const held = heldBy(() => {
      const ledger = new Ledger(stackService({ applicationId: "app1", apiKey: "" }));
      for (let index = 0; index < 2_000; index++) {
        const device = `device-with-number-${index}`;
        const long = Buffer.from(`${"x".repeat(50_000)}/${device}`).toString();
        ledger.see(long.slice(50_001), index);
      }
      assert.equal(ledger.size, 2_000);
      assert.ok(ledger.has("device-with-number-7"));
      return ledger;
    });
    assert.ok(held < 20 * MEGABYTE, `${held}`);
  });

  it("knows a device again, whatever its name is made of", () => {
    const ledger = new Ledger(stackService({ applicationId: "app1", apiKey: "" }));
    for (const name of ["door-1", "Küche", "温室", "\ud800x", ""]) {
      const first = ledger.see(name, 1);
      assert.equal(ledger.see(name, 2), first);
      assert.ok(ledger.has(name));
    }
  });

  it("does not remember long topics that are left", () => {
    const left = new LeftTopics();
    const long = "x".repeat(60_000);
    assert.equal(left.meet(long, 0), "unknown");
    assert.equal(left.meet("old/topic", 0), "leave");
    assert.equal(left.meet("old/topic", 1), "ignore");
  });
});

describe("a message of QoS 2 that is not released", () => {
  it("is remembered by its number, and by nothing that was in it", () => {
    const store = new TakenIn();
    const payload = Buffer.alloc(MEGABYTE);
    const message = {
      cmd: "publish",
      topic: "t".repeat(60_000),
      payload,
      dup: false,
      retain: false,
    } as const;
    store.put({ ...message, qos: 2, messageId: 7 }, () => undefined);
    let found: object | undefined;
    store.get({ messageId: 7 }, (_error, packet) => (found = packet));
    assert.ok(found);
    assert.ok(JSON.stringify(found).length < 200);
    assert.equal(Reflect.get(found, "messageId"), 7);
    store.del({ messageId: 7 }, () => undefined);
    store.get({ messageId: 7 }, (error) => assert.ok(error));
  });
});

describe("the head of a packet", () => {
  /** As one piece, and byte by byte. */
  function isTooLarge(...packets: readonly Uint8Array[]): boolean {
    const bytes = Buffer.concat(packets);
    const whole = new PacketHeads().isTooLarge(bytes);
    const heads = new PacketHeads();
    assert.equal([...bytes].map((byte) => heads.isTooLarge(Uint8Array.of(byte))).includes(true), whole);
    return whole;
  }
  const publish = (...length: number[]): Uint8Array => Uint8Array.of(0x32, ...length);

  it("tells how long it is before it is there", () => {
    assert.ok(!isTooLarge(publish(0x80, 0x80, 0x80, 0x02)), "4 MB");
    assert.ok(isTooLarge(publish(0x81, 0x80, 0x80, 0x02)), "a byte more");
    assert.ok(isTooLarge(publish(0xff, 0xff, 0xff, 0x7f)), "256 MB");
    assert.ok(!isTooLarge(Uint8Array.of(0x90, 0x80, 0x08)), "an answer of 1 kB");
    assert.ok(isTooLarge(Uint8Array.of(0x90, 0x81, 0x08)), "a byte more");
  });

  it("is found behind other packets, of any length", () => {
    const small = Uint8Array.of(0x40, 0x02, 0x00, 0x01);
    const message = Buffer.concat([publish(0x80, 0x01), Buffer.alloc(128, 0xff)]);
    assert.ok(!isTooLarge(small, message, Uint8Array.of(0xd0, 0x00), message, small));
    assert.ok(
      isTooLarge(small, message, Uint8Array.of(0xd0, 0x00), message, publish(0xff, 0xff, 0xff, 0x7f)),
    );
  });

  it("does not add up small packets", () => {
    const acknowledgements = Buffer.alloc(8 * MEGABYTE, Uint8Array.of(0x40, 0x02, 0x00, 0x01));
    assert.ok(!new PacketHeads().isTooLarge(acknowledgements));
    const heads = new PacketHeads();
    for (let at = 0; at < MEGABYTE / 4; at++)
      assert.ok(!heads.isTooLarge(acknowledgements.subarray(at, at + 1)));
  });

  it("comes byte by byte up to a length that no message of the stack has", () => {
    const [heads, byte] = [new PacketHeads(), new Uint8Array(1)];
    heads.isTooLarge(publish(0x80, 0x80, 0x80, 0x02));
    let bytes = 0;
    while (!heads.isTooLarge(byte)) bytes += 1;
    assert.ok(bytes > 40_000 && bytes < 60_000, `${bytes}`);
  });

  it("is not looked for in what is no MQTT", () => {
    assert.ok(!isTooLarge(Buffer.alloc(64, 0xff)));
    assert.ok(!isTooLarge(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")));
  });
});
