import assert from "node:assert/strict";
import { commonFields } from "../../../src/stack/summary";
import { legacyFields } from "../../../src/services/v2/legacyFields";
import { captured, uplink, type ReceivedOf } from "../../stack/fixtures";

const shaped = (message: ReceivedOf<"uplink_message">) =>
  legacyFields(message, commonFields(message, "", { deviceId: "dev1", applicationId: "app1" }, 0));

describe("the fields of V2", () => {
  it("are those that old flows expect", () => {
    assert.deepEqual(shaped(captured("uplink_message", "first uplink after join")), {
      app_id: "app1",
      dev_id: "dev1",
      hardware_serial: "70B3D57ED0000001",
      port: 1,
      counter: 0,
      payload_raw: Buffer.from([0x82, 0x41, 0xde]),
      metadata: {
        time: "2026-11-20T21:01:09.648724680Z",
        frequency: 868.1,
        modulation: "LORA",
        data_rate: "SF7BW125",
        coding_rate: "4/5",
        airtime: 51456000,
        gateways: [
          {
            gtw_id: "roof-gateway",
            timestamp: 3243733308,
            channel: 0,
            rssi: -35,
            snr: 5.2,
            latitude: 37.97155556731436,
            longitude: 23.72678801175413,
            altitude: 2,
          },
        ],
        latitude: 37.97,
        longitude: 23.72,
        altitude: 10,
      },
    });
  });

  it("have an entry per reception", () => {
    const { gateways = [] } = shaped(captured("uplink_message", "two gateways")).metadata;
    assert.deepEqual(
      gateways.map(({ gtw_id }) => gtw_id),
      ["roof-gateway", "yard-gateway"],
    );
    const { gateways: [packetBroker] = [] } = shaped(
      captured("uplink_message", "uplink through packet broker"),
    ).metadata;
    assert.deepEqual([packetBroker?.gtw_id, packetBroker?.channel], ["eui-aa555a0000000101", 3]);
  });

  it("have the ID that a gateway behind Packet Broker has in its own network, where that shows it", () => {
    const reception = (packet_broker: object) => ({
      gateway_ids: { gateway_id: "packetbroker" },
      packet_broker,
    });
    const forwarder_gateway_id = "eui-0102030405060708";
    const rx_metadata = [reception({ forwarder_gateway_id }), reception({ message_id: "01F" })];
    const { gateways = [] } = shaped(uplink({ rx_metadata })).metadata;
    assert.deepEqual(
      gateways.map(({ gtw_id }) => gtw_id),
      [forwarder_gateway_id, "packetbroker"],
    );
  });

  it("have the decoded payload where there is one", () => {
    assert.deepEqual(shaped(captured("uplink_message", "decoder warnings")).payload_fields, {
      temperature: -1,
    });
  });

  it("say how FSK and LR-FHSS were modulated", () => {
    const { modulation, bit_rate, data_rate } = shaped(
      captured("uplink_message", "fsk on a lora channel"),
    ).metadata;
    assert.deepEqual(
      { modulation, bit_rate, data_rate },
      { modulation: "FSK", bit_rate: 50000, data_rate: undefined },
    );
    assert.equal(shaped(uplink({ settings: { data_rate: { lrfhss: {} } } })).metadata.modulation, "LR_FHSS");
  });

  it("are complete for a message with nothing in it", () => {
    assert.deepEqual(shaped(uplink({})), {
      app_id: "app1",
      dev_id: "dev1",
      port: 0,
      counter: 0,
      payload_raw: Buffer.alloc(0),
      metadata: { time: "1970-01-01T00:00:00.000Z", gateways: [] },
    });
  });
});
