import assert from "node:assert/strict";
import { eventFields } from "../../src/stack/event";
import { joinPayload } from "../../src/stack/join";
import { commonFields } from "../../src/stack/summary";
import { uplinkMessage, uplinkPayload } from "../../src/stack/uplink";
import { received } from "./fixtures";

const IDS = {
  device_id: "dev1",
  application_ids: { application_id: "app1" },
  dev_eui: "4200000000000000",
  join_eui: "4200000000000000",
  dev_addr: "01DA1F15",
};

// The examples in the requirement documents, as servers of 2019 and 2020 sent them: no received_at, fields that are gone since.
describe("messages of older servers", () => {
  it("uplink", () => {
    const message = received(
      {
        end_device_ids: IDS,
        correlation_ids: ["gs:conn:01D2CSNX7FJVKQPCVG612QF1TX", "as:up:01D2CV8HNGJ57G25BW0FCZNY07"],
        uplink_message: {
          session_key_id: "AWiZpAyXrAfEkUNkBljRoA==",
          f_port: 15,
          frm_payload: "VGVtcGVyYXR1cmUgPSAwLjA=",
          rx_metadata: [
            {
              gateway_ids: { gateway_id: "eui-0242020000247803", eui: "0242020000247803" },
              time: "2019-01-29T13:02:34.981Z",
              timestamp: 1283325000,
              rssi: -35,
              snr: 5,
              uplink_token: "CiIKIAoUZXVpLTAyNDIwMjAwMDAyNDc4MDMSCAJCAgAAJHgDEMj49+ME",
            },
          ],
          settings: {
            data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } },
            data_rate_index: 5,
            coding_rate: "4/6",
            frequency: "868500000",
            gateway_channel_index: 2,
            device_channel_index: 2,
          },
        },
      },
      "uplink_message",
    );
    const arrivedAt = Date.UTC(2026, 0, 1);
    const common = commonFields(message, "", {}, arrivedAt);
    assert.deepEqual([common.receivedAt, common.time], ["2026-01-01T00:00:00.000Z", arrivedAt]);
    assert.deepEqual(uplinkMessage(common, message.message, "the payload"), {
      ...common,
      payload: "the payload",
      fPort: 15,
      fCnt: 0,
      confirmed: false,
      radio: {
        gatewayId: "eui-0242020000247803",
        gatewayEui: "0242020000247803",
        rssi: -35,
        snr: 5,
        gateways: 1,
        frequency: 868500000,
        dataRate: "SF7BW125",
        spreadingFactor: 7,
        bandwidth: 125000,
        codingRate: "4/6",
      },
    });
    assert.deepEqual(uplinkPayload(message.message, { output: "decoded", missing: "bytes" }), {
      outcome: "payload",
      payload: Buffer.from("Temperature = 0.0"),
    });
  });

  it("join", () => {
    const message = received(
      { end_device_ids: IDS, join_accept: { session_key_id: "AWiZpAyXrAfEkUNkBljRoA==" } },
      "join_accept",
    );
    assert.deepEqual(joinPayload(message.message, commonFields(message, "", {}, 0)), {
      deviceId: "dev1",
      devEui: "4200000000000000",
      joinEui: "4200000000000000",
      devAddr: "01DA1F15",
      sessionKeyId: "AWiZpAyXrAfEkUNkBljRoA==",
      receivedAt: "1970-01-01T00:00:00.000Z",
    });
  });

  it("acknowledged downlink", () => {
    const downlink_ack = {
      session_key_id: "AWnj0318qrtJ7kbudd8Vmw==",
      f_port: 15,
      f_cnt: 11,
      frm_payload: "vu8=",
      confirmed: true,
      priority: "NORMAL",
      correlation_ids: ["my-correlation-id", "..."],
    };
    const message = received(
      { end_device_ids: IDS, correlation_ids: ["my-correlation-id", "..."], downlink_ack },
      "downlink_ack",
    );
    assert.deepEqual(eventFields(message), { event: "downlink_ack", payload: downlink_ack });
  });
});
