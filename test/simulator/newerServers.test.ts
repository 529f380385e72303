import assert from "node:assert/strict";
import {
  javaScriptFormatter,
  javaScriptUplinkFormatter,
  startSimulator,
  type ServerVersion,
  type SimulatorOptions,
} from "../../simulator/simulator";
import { VERSIONS } from "../../simulator/versions";
import { device, stopWatched, Watched } from "./watched";

const CONFIRMED = { f_port: 15, frm_payload: "vu8=", confirmed: true };
const KNOWN = {
  battery: 64.5,
  attributes: { site: "north" },
  versionIds: { brand_id: "acme", model_id: "flow-2", firmware_version: "1.2" },
  location: { latitude: 52.37, longitude: 4.89 },
};
/** Throws what HTML could stumble over. */
const SAYS = `it's <not> "there" & gone`;
const throwing = javaScriptFormatter({
  encodeDownlink() {
    throw new Error(SAYS);
  },
  decodeDownlink: () => ({ data: {} }),
});
const VERSION_NAMES: readonly ServerVersion[] = ["3.32", "3.36"];

const body = ({ message }: { readonly message: object }, kind: string): Record<string, unknown> =>
  (message as Record<string, Record<string, unknown>>)[kind] ?? {};

describe("the simulator of another version", () => {
  afterEach(stopWatched);

  it("is 3.32 where none is chosen", async () => {
    const watched = await Watched.start(device(KNOWN));
    watched.uplink();
    const [up] = await watched.tells("up");
    assert.ok(up);
    const { last_battery_percentage, attributes, version_ids } = body(up, "uplink_message");
    assert.deepEqual([last_battery_percentage, attributes], [undefined, undefined]);
    assert.deepEqual(version_ids, KNOWN.versionIds);
  });

  it("3.36 sends with an uplink the battery and the attributes", async () => {
    const watched = await Watched.start(device(KNOWN), { version: "3.36" });
    watched.uplink();
    watched.uplink();
    const [first, second] = await watched.tells("up", "up");
    assert.ok(first && second);
    const { last_battery_percentage: battery, attributes } = body(second, "uplink_message");
    const { received_at, ...rest } = battery as Record<string, unknown>;
    assert.deepEqual(rest, { f_cnt: 1, value: 64.5 });
    assert.match(String(received_at), /^20\d\d-.+Z$/);
    assert.deepEqual(attributes, KNOWN.attributes);
    assert.ok(!("f_cnt" in Object(body(first, "uplink_message").last_battery_percentage)), "0 is left out");
  });

  it("3.36 sends what it knows of a device with joins and downlinks, too; 3.32 does not", async () => {
    for (const version of VERSION_NAMES) {
      const watched = await Watched.start(device({ ...KNOWN, class: "C" }), { version });
      watched.simulator.join("pump");
      watched.push(CONFIRMED);
      const [join, queued, sent] = await watched.tells("join", "queued", "sent");
      watched.uplink();
      const [ack] = await watched.tells("ack", "up");
      assert.ok(join && queued && sent && ack);
      for (const [told, kind] of [
        [join, "join_accept"],
        [sent, "downlink_sent"],
        [ack, "downlink_ack"],
      ] as const) {
        const { attributes, version_ids, locations, network_ids } = body(told, kind);
        assert.deepEqual(
          [attributes, version_ids, locations, network_ids],
          version === "3.36"
            ? [KNOWN.attributes, KNOWN.versionIds, { user: KNOWN.location }, { net_id: "000000" }]
            : [undefined, undefined, undefined, undefined],
          kind,
        );
      }
      await stopWatched();
    }
  });

  it("3.36 tells formatters when an uplink came", async () => {
    const seen: (Date | undefined)[] = [];
    const uplinkFormatter = javaScriptUplinkFormatter({
      decodeUplink({ recvTime }) {
        seen.push(recvTime);
        return { data: {} };
      },
    });
    for (const version of VERSION_NAMES) {
      const watched = await Watched.start(device({ uplinkFormatter }), { version });
      watched.uplink();
      await watched.tells("up");
    }
    assert.equal(seen[0], undefined);
    assert.ok(seen[1] instanceof Date);
  });

  const classC = (version: ServerVersion): Promise<Watched> => {
    const timing = {
      acceptedAfter: 5,
      planAhead: 5_000,
      classCTimeout: 20,
    } satisfies SimulatorOptions["timing"];
    return Watched.start(device({ class: "C" }), { version, timing });
  };

  it("3.36 misses a confirmed downlink of class C without an uplink, and sends it again with the next counter", async () => {
    const watched = await classC("3.36");
    watched.push({ ...CONFIRMED, confirmed_retry: { attempt: 1, max_attempts: 2 }, correlation_ids: ["c"] });
    const told = await watched.tells("queued", "sent", "nack", "sent", "failed", "nack");
    const [, sent, nack, again, failed] = told;
    assert.deepEqual([sent?.downlink.f_cnt, nack?.downlink.f_cnt, again?.downlink.f_cnt], [1, 1, 2]);
    assert.deepEqual(nack?.downlink.confirmed_retry, { attempt: 2, max_attempts: 2 });
    assert.ok(nack.downlink.correlation_ids?.includes("c"));
    assert.equal(failed?.error?.name, "max_retries_reached");
    await watched.isSilent();
  });

  it("3.32 waits for the next uplink, however long", async () => {
    const watched = await classC("3.32");
    watched.push(CONFIRMED);
    await watched.tells("queued", "sent");
    await watched.isSilent();
  });

  it("3.36 misses nothing that was acknowledged in time", async () => {
    const timing = { acceptedAfter: 1, classCTimeout: 60_000 };
    const model = device({ class: "C", hear: () => true });
    const watched = await Watched.start(model, { version: "3.36", timing });
    watched.push(CONFIRMED);
    await watched.tells("queued", "sent", "ack", "up");
    watched.push(CONFIRMED);
    await watched.tells("queued", "sent", "ack", "up");
    await watched.isSilent();
  });

  it("3.36 leaves class A to its uplinks", async () => {
    const timing = { acceptedAfter: 5, classCTimeout: 10 };
    const watched = await Watched.start(device(), { version: "3.36", timing });
    watched.push(CONFIRMED);
    await watched.tells("queued");
    watched.uplink();
    await watched.tells("up", "sent");
    await watched.isSilent();
  });

  const refused = async (version: ServerVersion): Promise<Record<string, unknown>> => {
    const simulator = await startSimulator({ version, devices: [device({ downlinkFormatter: throwing })] });
    try {
      const response = await fetch(`${simulator.apiUrl}/as/applications/app1/devices/pump/down/push`, {
        method: "POST",
        headers: { authorization: `Bearer ${simulator.apiKey}` },
        body: JSON.stringify({ downlinks: [{ f_port: 1, decoded_payload: { a: 1 } }] }),
      });
      return (await response.json()) as Record<string, unknown>;
    } finally {
      await simulator.stop();
    }
  };

  it("3.36 escapes for HTML the text of an answer and the attributes in it; 3.32 neither", async () => {
    const said = (answer: Record<string, unknown>) => {
      const [detail] = answer.details as { attributes?: { message?: string }; message_format?: string }[];
      return [answer.message, detail?.attributes?.message, detail?.message_format].map(String);
    };
    const escaped = "it&#39;s &lt;not&gt; &#34;there&#34; &amp; gone";
    for (const text of said(await refused("3.36")).slice(0, 2)) assert.ok(text.includes(escaped), text);
    for (const text of said(await refused("3.32")).slice(0, 2)) assert.ok(text.includes(SAYS), text);
    assert.equal(said(await refused("3.36"))[2], said(await refused("3.32"))[2]);
  });

  it("escapes attributes within attributes and in causes, and leaves numbers", () => {
    const attributes = { list: ["<a>", { deep: "'" }], number: 5 };
    assert.deepEqual(VERSIONS["3.36"].told({ name: "x", cause: { attributes } }), {
      name: "x",
      cause: { attributes: { list: ["&lt;a&gt;", { deep: "&#39;" }], number: 5 } },
    });
  });

  for (const [version, statuses] of [
    ["3.32", [200, 200, 429]],
    ["3.36", [200, 429, 429]],
  ] as const)
    it(`${version} limits queue operations per ${VERSIONS[version].limitedTogether}`, async () => {
      const simulator = await startSimulator({
        version,
        queueLimit: { perMinute: 1, burst: 1, now: () => 0 },
        devices: [device(), device({ id: "lamp" })],
      });
      const push = async (id: string): Promise<number> => {
        const response = await fetch(`${simulator.apiUrl}/as/applications/app1/devices/${id}/down/push`, {
          method: "POST",
          headers: { authorization: `Bearer ${simulator.addKey()}` },
          body: JSON.stringify({ downlinks: [{ f_port: 1, frm_payload: "AQ==" }] }),
        });
        if (response.status === 429) assert.match(await response.text(), /"name":"rate_limit_exceeded"/);
        return response.status;
      };
      try {
        assert.deepEqual([await push("pump"), await push("lamp"), await push("lamp")], statuses);
      } finally {
        await simulator.stop();
      }
    });
});
