import assert from "node:assert/strict";
import type { RxMetadata, TxSettings } from "../../src/stack/messages";
import { radioSummary } from "../../src/stack/radio";
import { captured, uplink } from "./fixtures";

const LORA: TxSettings = { data_rate: { lora: { bandwidth: 125000, spreading_factor: 7 } } };
const FSK: TxSettings = { data_rate: { fsk: { bit_rate: 50000 } } };

const radioOf = (name: string) => radioSummary(captured("uplink_message", name).message.uplink_message);
const gateway = (gateway_id: string, more: RxMetadata = {}): RxMetadata => ({
  gateway_ids: { gateway_id },
  ...more,
});

describe("the radio summary", () => {
  it("is flat and has units that a database can do with", () => {
    assert.deepEqual(radioOf("first uplink after join"), {
      gatewayId: "roof-gateway",
      gatewayEui: "0242020000000001",
      rssi: -35,
      snr: 5.2,
      gateways: 1,
      frequency: 868100000,
      dataRate: "SF7BW125",
      spreadingFactor: 7,
      bandwidth: 125000,
      codingRate: "4/5",
      airtime: 0.051456,
      latitude: 37.97155556731436,
      longitude: 23.72678801175413,
      altitude: 2,
    });
    assert.equal(radioOf("spreading factor 12").dataRate, "SF12BW125");
  });

  it("counts gateways and takes the best reception", () => {
    const { gatewayId, rssi, snr, gateways } = radioOf("two gateways");
    assert.deepEqual(
      { gatewayId, rssi, snr, gateways },
      { gatewayId: "roof-gateway", rssi: -35, snr: 5.2, gateways: 2 },
    );
  });

  it("fills in an SNR of 0 for LoRa", () => {
    const { snr, rssi } = radioOf("snr 0");
    assert.deepEqual({ snr, rssi }, { snr: 0, rssi: -35 });
  });

  it("has bit rate and no SNR or data rate for FSK", () => {
    assert.deepEqual(radioOf("fsk on a lora channel"), {
      gatewayId: "roof-gateway",
      gatewayEui: "0242020000000001",
      rssi: -35,
      gateways: 1,
      frequency: 868100000,
      bitRate: 50000,
      airtime: 0.00432,
      latitude: 37.97155556731436,
      longitude: 23.72678801175413,
      altitude: 2,
    });
  });

  it("takes a reception through Packet Broker as it is sent, and counts its gateway", () => {
    const { gatewayId, snr, rssi, gateways, latitude } = radioOf("uplink through packet broker");
    // Not the forwarded one with -3.25 dB: the own gateway's SNR is left out, so it is 0.
    assert.deepEqual(
      { gatewayId, snr, rssi, gateways, latitude },
      { gatewayId: "roof-gateway", snr: 0, rssi: -1, gateways: 2, latitude: undefined },
    );
  });

  it("tells the gateways behind Packet Broker apart", () => {
    const forwarded = (packet_broker: RxMetadata["packet_broker"]): RxMetadata =>
      gateway("packetbroker", packet_broker === undefined ? {} : { packet_broker });
    const one = {
      forwarder_net_id: "000013",
      forwarder_tenant_id: "ttn",
      forwarder_cluster_id: "eu1",
      forwarder_gateway_id: "gtw1",
    };
    const count = (...rx_metadata: RxMetadata[]): number => radioSummary({ rx_metadata }).gateways;
    assert.equal(count(forwarded(one), forwarded({ ...one })), 1);
    assert.equal(count(forwarded(one), forwarded({ ...one, forwarder_gateway_id: "gtw2" })), 2);
    assert.equal(count(forwarded(one), forwarded({ ...one, forwarder_tenant_id: "tti" })), 2);
    assert.equal(count(forwarded(one), gateway("gtw1")), 2);
    const { gatewayId, forwarder } = radioSummary({ rx_metadata: [forwarded(one)] });
    assert.deepEqual([gatewayId, forwarder], ["packetbroker", "gtw1"]);
  });

  it("tells the gateways behind Packet Broker apart where their network hides them", () => {
    const forwarded = (more: object): RxMetadata =>
      gateway("packetbroker", {
        packet_broker: {
          forwarder_net_id: "000013",
          forwarder_tenant_id: "ttn",
          forwarder_cluster_id: "c1",
          ...more,
        },
      });
    const count = (...rx_metadata: RxMetadata[]): number => radioSummary({ rx_metadata }).gateways;
    const [one, two] = [
      { message_id: "01F0000000000000000000007CH" },
      { message_id: "01F0000000000000000000003H9" },
    ];
    assert.equal(count(forwarded(one), forwarded(two)), 2);
    assert.equal(count(forwarded(one), forwarded(one)), 1);
    assert.equal(count(forwarded({}), forwarded({})), 1);
    assert.equal(count(forwarded(one), forwarded(two), gateway("gtw1")), 3);
    const known = { forwarder_gateway_id: "eui-0102030405060708" };
    assert.equal(count(forwarded({ ...one, ...known }), forwarded({ ...two, ...known })), 1);
    const eui = { forwarder_gateway_eui: "0102030405060708" };
    assert.equal(count(forwarded({ ...one, ...eui }), forwarded({ ...two, ...eui })), 1);
    assert.equal(radioSummary({ rx_metadata: [forwarded(one)] }).forwarder, undefined);
  });

  it("counts two antennas of one gateway once", () => {
    const antennas = [
      gateway("gtw1", { snr: 1 }),
      gateway("gtw1", { antenna_index: 1, snr: 3 }),
      gateway("gtw2"),
    ];
    const { gateways, snr } = radioSummary({ rx_metadata: antennas, settings: LORA });
    assert.deepEqual({ gateways, snr }, { gateways: 2, snr: 3 });
  });

  it("chooses by SNR, then RSSI, then the first", () => {
    const best = (settings: TxSettings, ...rx_metadata: RxMetadata[]) =>
      radioSummary({ rx_metadata, settings }).gatewayId;
    assert.equal(best(LORA, gateway("a", { snr: -1, rssi: -10 }), gateway("b", { rssi: -90 })), "b");
    assert.equal(best(LORA, gateway("a", { snr: 5, rssi: -90 }), gateway("b", { snr: 5, rssi: -80 })), "b");
    assert.equal(best(LORA, gateway("a", { snr: 5, rssi: -80 }), gateway("b", { snr: 5, rssi: -80 })), "a");
    assert.equal(best(LORA, gateway("a", { snr: "NaN", rssi: -1 }), gateway("b", { snr: -20 })), "b");
    assert.equal(best(FSK, gateway("a", { rssi: -90 }), gateway("b", { rssi: -80 })), "b");
    assert.equal(best(FSK, gateway("a"), gateway("b", { rssi: -80 })), "b");
    assert.equal(best(LORA, gateway("a"), gateway("b")), "a");
  });

  it("has no SNR that is not sent for FSK or an unknown data rate, and 0 for LR-FHSS", () => {
    const lrfhss = { data_rate: { lrfhss: { operating_channel_width: 137000, coding_rate: "1/3" } } };
    assert.equal(radioSummary({ rx_metadata: [{}], settings: FSK }).snr, undefined);
    assert.equal(radioSummary({ rx_metadata: [{}] }).snr, undefined);
    assert.deepEqual(radioSummary({ rx_metadata: [gateway("a")], settings: lrfhss }), {
      gatewayId: "a",
      snr: 0,
      gateways: 1,
      codingRate: "1/3",
    });
  });

  it("has nothing but a count without receptions", () => {
    for (const body of [{}, { rx_metadata: [] }, { settings: {} }, { settings: { data_rate: {} } }]) {
      assert.deepEqual(radioSummary(body), { gateways: 0 });
    }
    assert.deepEqual(radioSummary({ rx_metadata: [{}] }), { gateways: 1 });
  });

  it("leaves out what is no finite number", () => {
    const rx_metadata: RxMetadata[] = [
      { rssi: "NaN", snr: "-Infinity", location: { latitude: "NaN", longitude: 4, altitude: 1 } },
    ];
    const settings = {
      frequency: Infinity,
      data_rate: { lora: { bandwidth: Infinity, spreading_factor: 7 } },
    };
    assert.deepEqual(radioSummary({ rx_metadata, settings, consumed_airtime: "-1s" }), {
      gateways: 1,
      spreadingFactor: 7,
      altitude: 1,
    });
  });

  it("fills in the coordinate that is 0, but makes up no position", () => {
    const at = (location: object) => {
      const { latitude, longitude, altitude } = radioSummary(
        uplink({ rx_metadata: [{ location }] }).message.uplink_message,
      );
      return [latitude, longitude, altitude];
    };
    assert.deepEqual(at({ latitude: 52.5 }), [52.5, 0, undefined]);
    assert.deepEqual(at({ longitude: 4.5, altitude: 0 }), [0, 4.5, 0]);
    assert.deepEqual(at({ source: "SOURCE_GPS" }), [undefined, undefined, undefined]);
  });

  it("reads the coding rate of servers before 3.22 and frequencies of both forms", () => {
    assert.equal(radioSummary({ settings: { ...LORA, coding_rate: "4/6" } }).codingRate, "4/6");
    assert.equal(radioSummary({ settings: { frequency: "868500000" } }).frequency, 868500000);
    assert.equal(radioSummary({ settings: { frequency: 868500000 } }).frequency, 868500000);
  });

  it("reads durations with any number of decimals", () => {
    const airtime = (consumed_airtime: string) => radioSummary({ consumed_airtime }).airtime;
    assert.deepEqual(["1s", "0.050s", "1.318912s", "0.000000001s"].map(airtime), [1, 0.05, 1.318912, 1e-9]);
    assert.deepEqual(["", "s", "1", "1.s", "1e3s", "0.05"].map(airtime), Array(6).fill(undefined));
  });

  it("writes EUIs in upper case", () => {
    assert.equal(radioSummary({ rx_metadata: [{ gateway_ids: { eui: "00aabb" } }] }).gatewayEui, "00AABB");
  });
});
