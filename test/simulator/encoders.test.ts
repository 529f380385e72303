import assert from "node:assert/strict";
import { cayenneLppFormatter, javaScriptFormatter } from "../../simulator/simulator";
import { device, stopWatched, Watched } from "./watched";

const encode = (encodeDownlink: Parameters<typeof javaScriptFormatter>[0]["encodeDownlink"]) =>
  device({ class: "C", downlinkFormatter: javaScriptFormatter({ encodeDownlink }) });

const OPEN = { f_port: 7, decoded_payload: { open: true } };

describe("an encoder of the simulator", () => {
  afterEach(stopWatched);

  it("makes the bytes, chooses the port and may warn", async () => {
    const model = encode(() => ({ bytes: [1, 2], fPort: 9, warnings: ["rounded"] }));
    const watched = await Watched.start(model);
    watched.push(OPEN);
    const [queued, sent] = await watched.tells("queued", "sent");
    assert.deepEqual(
      [queued?.downlink.f_port, queued?.downlink.frm_payload, queued?.downlink.decoded_payload],
      [9, "AQI=", { open: true }],
    );
    assert.match(JSON.stringify(queued), /"decoded_payload_warnings":\["rounded"\]/);
    assert.deepEqual([sent?.downlink.f_port, sent?.downlink.decoded_payload], [9, undefined]);
  });

  it("is given the port of the client, or makes it 1 where there is none", async () => {
    const ports: number[] = [];
    const model = encode(({ fPort }) => {
      ports.push(fPort);
      return { bytes: [1] };
    });
    const watched = await Watched.start(model);
    watched.push(OPEN, { decoded_payload: { open: true } });
    const told = await watched.tells("queued", "queued", "sent", "sent");
    assert.deepEqual(
      told.map(({ downlink }) => downlink.f_port),
      [7, 1, 7, 1],
    );
    assert.deepEqual(ports, [7, 0]);
  });

  it("is not asked where the bytes are given", async () => {
    const watched = await Watched.start(encode(() => assert.fail()));
    watched.push({ ...OPEN, frm_payload: "AQ==" });
    const [queued] = await watched.tells("queued", "sent");
    assert.deepEqual(queued?.downlink.decoded_payload, { open: true });
  });

  const failures: Record<string, { with: Parameters<typeof encode>[0]; name: RegExp }> = {
    "throws something": {
      with: () => {
        throw new TypeError("no level");
      },
      name: /^error:pkg\/scripting\/javascript:script \(TypeError: no level at encodeDownlink \(<eval>:\d+:\d+\(3\)\)\)$/,
    },
    "returns errors": {
      with: () => ({ errors: ["too low", "too high"] }),
      name: /^error:pkg\/messageprocessors\/javascript:output_errors \(too low, too high\)$/,
    },
    "returns nothing": {
      with: () => undefined,
      name: /^error:pkg\/messageprocessors\/javascript:output \(invalid output\)$/,
    },
  };
  for (const [what, failure] of Object.entries(failures)) {
    it(`leaves clients of MQTT without a word where it ${what}, but not those of the HTTP API`, async () => {
      const watched = await Watched.start(encode(failure.with));
      watched.push({ f_port: 1, frm_payload: "AQ==" }, OPEN);
      await watched.isSilent();
      assert.deepEqual(watched.simulator.queue("pump"), []);
      const { apiUrl, apiKey } = watched.simulator;
      const answer = await fetch(`${apiUrl}/as/applications/app1/devices/pump/down/push`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ downlinks: [OPEN] }),
      });
      const { message } = (await answer.json()) as { message: string };
      assert.match(message, failure.name);
    });
  }

  it("that returns no bytes, and none at all, leave an empty payload that is sent", async () => {
    for (const model of [encode(() => ({})), device({ class: "C" })]) {
      const watched = await Watched.start(model);
      watched.push(OPEN);
      const told = await watched.tells("queued", "sent");
      assert.deepEqual(
        told.map(({ downlink }) => [downlink.f_port, downlink.frm_payload]),
        [
          [7, undefined],
          [7, undefined],
        ],
      );
    }
  });

  it("may choose a port that is reserved, and the downlink fails", async () => {
    const downlinkFormatter = javaScriptFormatter({ encodeDownlink: () => ({ bytes: [1, 2], fPort: 224 }) });
    const watched = await Watched.start(device({ class: "C", downlinkFormatter }));
    watched.push(OPEN);
    const [failed] = await watched.tells("failed");
    const { name, attributes, cause } = failed?.error ?? {};
    assert.deepEqual(
      [name, attributes?.field, attributes?.reason],
      ["validation", "downlinks[0]", "embedded message failed validation"],
    );
    assert.deepEqual(
      [cause?.name, cause?.attributes?.field, cause?.attributes?.reason],
      ["validation", "f_port", "value must not be in list [224]"],
    );
  });

  it("of Cayenne LPP knows values only, and does not choose a port", async () => {
    const watched = await Watched.start(device({ class: "C", downlinkFormatter: cayenneLppFormatter }));
    watched.push({ f_port: 1, decoded_payload: { value_3: -27.2, value_256: 1, lamp: 1, value_4: "on" } });
    const [queued, sent] = await watched.tells("queued", "sent");
    assert.equal(queued?.downlink.frm_payload, "A/Vg");
    assert.deepEqual(sent?.downlink.decoded_payload, { value_3: -27.2 });
    watched.push({ decoded_payload: { value_3: 1 } });
    const [failed] = await watched.tells("failed");
    assert.equal(failed?.error?.name, "no_f_port");
  });
});

describe("a decoder of the simulator", () => {
  afterEach(stopWatched);

  it("decodes in every report what was given in bytes, and leaves out what it cannot decode", async () => {
    const downlinkFormatter = javaScriptFormatter({
      encodeDownlink: () => ({ bytes: [] }),
      decodeDownlink({ bytes: [level], fPort }) {
        if (fPort === 2) throw new Error("cannot decode");
        return fPort === 3 ? { errors: ["unknown"] } : { data: { level } };
      },
    });
    const watched = await Watched.start(device({ downlinkFormatter }));
    watched.push({ f_port: 1, frm_payload: "BQ==", confirmed: true });
    const [queued] = await watched.tells("queued");
    watched.uplink();
    const [, sent] = await watched.tells("up", "sent");
    watched.uplink(false);
    const [nack] = await watched.tells("nack", "up", "sent");
    for (const one of [queued, sent, nack]) assert.deepEqual(one?.downlink.decoded_payload, { level: 5 });
    watched.push({ f_port: 2, frm_payload: "BQ==" }, { f_port: 3, frm_payload: "BQ==" });
    const told = await watched.tells("queued", "queued");
    for (const one of told) assert.equal(one.downlink.decoded_payload, undefined);
  });
});
