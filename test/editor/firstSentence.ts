/** What the debug sidebar shows of a text, with the values that it usually has. */

/** As much of a text as the debug sidebar shows. */
export const LONGEST_SENTENCE = 80;

/** A value for each placeholder of the catalogue, as long as they usually are. */
export const USUAL: Readonly<Record<string, string>> = {
  meant: "my.tts/up",
  acceptedUntil: "2026-11-21 06:25 UTC",
  address: "https://eu1.cloud.thethings.network/api/v3",
  watch: "weather",
  answer: "downlink_queued",
  command: "lock",
  component: "sensor",
  takes: "measurement",
  words: "sensor, binary_sensor",
  api: "htps://server.example/api",
  applicationId: "my-app",
  attempts: "8",
  byte: "5",
  bytes: "{ temperature: 21 }",
  cause: "not decoded",
  choice: "devices",
  clientId: "node-red",
  clock: "2026-11-21 06:25 UTC",
  device: "door-1",
  file: "/data/tts-downlinks.journal",
  devices: "door 1, valve",
  encoding: "base64",
  errorCode: "CERT_REVOKED",
  events: "downlink_queued, downlink_sent",
  expected: "uplink_message",
  expired: "2026-11-21 06:25 UTC",
  fPort: "224",
  failed: "2",
  field: "temperature",
  fields: "hum, temp",
  filter: "v3/my-app@ttn/devices/+/up",
  fits: "my-app@ttn",
  followed: "3",
  found: "string",
  from: "2026-11-21 06:25 UTC",
  gateway: "roof-gateway",
  group: "a/b",
  host: "eu1.cloud.thethings.network",
  hours: "24",
  id: "f6f2187d.f17ca8",
  issuer: "Example CA",
  keepalive: "301",
  latitude: "523731000",
  longitude: "48922000",
  kilobytes: "4096",
  keyName: "mqtt",
  keys: "data, name",
  kinds: "uplink_message, join_accept",
  length: "300",
  levels: "64",
  line: "6",
  max: "51",
  list: "devices",
  megabytes: "8",
  message: "Error: index out of range",
  milliseconds: "20",
  missing: "drop",
  most: "10000",
  name: "my-app on eu1.cloud.thethings.network",
  names: "mqtt.example.com",
  near: "eu1.cloud.thethings.network",
  nearest: "door-2",
  number: "400",
  other: "downlink_replace",
  others: "other-app",
  output: "all",
  owner: "other-app",
  pace: "0",
  part: "door 1",
  path: "uplink_message.f_port",
  perMinute: "6",
  place: "msg.payload",
  port: "8883",
  ports: "1-x",
  detail: "ECONNREFUSED",
  property: "payload",
  proxy: "http://proxy.example.com:3128",
  qos: "3",
  right: "Read application traffic (uplink and downlink)",
  reason: "unexpected end",
  result: "TOO_LATE",
  retries: "8",
  rule: "hold, error",
  scheme: "wss",
  seconds: "10",
  sender: "The Things Stack",
  sentence: "downlink too long.",
  service: "v1",
  shape: "v9",
  since: "2026-11-21 06:25 UTC",
  subject: "mqtt.example.com",
  tenantId: "T!",
  timeout: "-1",
  topic: "v3/my-app@ttn/devices/door-1/up",
  total: "3",
  type: "uplink_message",
  until: "2026-11-21 06:25 UTC",
  userName: "my-app@ttn",
  value: '"urgent"',
  variable: "TTS_KEY",
  wanted: "eu1.cloud.thethings.network",
  warnings: "value out of range",
};

/** Near values of anything but a host are short. */
const NEAR = "door-1";

/** With usual values; one that has none stays as it is. */
export function usual(key: string, text: string): string {
  return text.replace(/__(\w+?)__/g, (placeholder, name: string) => {
    if (name === "host" && key === "error.no-connection.local") return "127.0.0.1";
    if (name === "near" && !key.includes("host-not-found")) return NEAR;
    // What comes on a sub topic of a broker; in a topic of the connection there is less.
    if (name === "topic" && key.startsWith("error.not-configured.")) return "tts/up/#";
    if (name === "topic" && key.startsWith("error.invalid-downlink.")) return "downlink_queued";
    return USUAL[name] ?? placeholder;
  });
}

/** Up to the first mark that ends a sentence: in Japanese nothing has to follow it. */
export const firstSentence = (text: string): string =>
  /^.*?(?:[。！？]|[.!?](?=[\s”»"]|$))/su.exec(text)?.[0] ?? text;
