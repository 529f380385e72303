import { isJsonObject } from "../stack/check";
import type { Text } from "../stack/explanation";
import type { NetworkKind } from "../stack/kinds";
import type { StackError } from "../stack/messages";
import { attributeOf, errorSentence } from "../stack/stackError";
import { shownText } from "../stack/shown";
import { refusedFPort } from "./reported";

/** Texts by the error's name, or by its namespace and name where several parts of the stack use the name for different things. */
type Reasons = Readonly<Record<string, string>>;

/** Whatever was to be done: a part of the network did not answer, or something came between. It mends itself, or the operator does. */
const SERVER: Reasons = {
  registry_operation: "network.any.server",
  outdated_data: "network.any.server",
  context_canceled: "network.any.server",
  context_deadline_exceeded: "network.any.server",
  peer_unavailable: "network.any.server",
  peer_connection: "network.any.server",
  net_dns: "network.any.server",
  net_operation: "network.any.server",
  net_timeout: "network.any.server",
  channel_closed: "network.any.server",
  rate_limit_exceeded: "network.any.server",
};

/** Rule: `FrequencyPlanAndBand`, `searchUplinkChannel`, `DeviceFrequencyPlanAndBand` of pkg/networkserver. */
const PLAN: Reasons = {
  uplink_channel_not_found: "network.any.frequency-plan",
  data_rate_not_found: "network.any.frequency-plan",
  data_rate_index_not_found: "network.any.frequency-plan",
  device_and_frequency_plan_band_mismatch: "network.any.frequency-plan",
  no_band_version: "network.any.frequency-plan",
  "pkg/band:band_not_found": "network.any.frequency-plan",
  "pkg/frequencyplans:not_found": "network.any.frequency-plan",
};

/** Rule: `fetchAppSKey` of pkg/applicationserver, and the keys that come wrapped. */
const NO_APP_KEY: Reasons = {
  app_s_key: "network.any.no-app-s-key",
  no_app_s_key: "network.any.no-app-s-key",
  join_server_unavailable: "network.any.no-app-s-key",
  key_not_found: "network.any.no-app-s-key",
};

/** Rule: `HandleJoin` of pkg/joinserver, `handleJoinRequest` of pkg/networkserver, the results in pkg/interop. */
const JOIN: Reasons = {
  ...SERVER,
  ...PLAN,
  ...NO_APP_KEY,
  mic_mismatch: "network.join-error.wrong-key",
  mic: "network.join-error.wrong-key",
  reuse_dev_nonce: "network.join-error.nonce-used",
  frame_replayed: "network.join-error.nonce-used",
  dev_nonce_too_small: "network.join-error.nonce-too-small",
  no_nwk_key: "network.join-error.no-root-key",
  no_app_key: "network.join-error.no-root-key",
  unknown_join_eui: "network.join-error.unknown-join-eui",
  // What the registry of the Join Server says of a device that it does not have.
  not_found: "network.any.half-registered",
  device_not_found: "network.any.half-registered",
  join_server_not_found: "network.any.half-registered",
  unknown_dev_eui: "network.any.half-registered",
  mac_version: "network.join-error.version",
  unknown_mac_version: "network.join-error.version",
  protocol_version: "network.join-error.version",
  abp_join_request: "network.join-error.abp",
  net_id_mismatch: "network.join-error.not-allowed",
  no_net_id: "network.join-error.not-allowed",
  activation: "network.join-error.not-allowed",
  device_roaming: "network.join-error.not-allowed",
  no_roaming_agreement: "network.join-error.not-allowed",
  roaming_activation: "network.join-error.not-allowed",
  unknown_sender: "network.join-error.not-allowed",
  unknown_receiver: "network.join-error.not-allowed",
  kek: "network.join-error.kek",
  key_not_found: "network.join-error.kek",
  unwrap_key: "network.join-error.kek",
  wrap_key: "network.join-error.kek",
  decode_payload: "network.join-error.unreadable",
  lorawan_major_version: "network.join-error.unreadable",
  malformed_message: "network.join-error.unreadable",
  payload_type: "network.join-error.unreadable",
};

/** Rule: `handleDataUplink` of pkg/networkserver, `handleUplink` of pkg/applicationserver, `registerDropUplink` of pkg/gatewayserver. */
const UPLINK: Reasons = {
  ...SERVER,
  ...PLAN,
  ...NO_APP_KEY,
  device_not_found: "network.any.half-registered",
  // Of the Network Server it means that no device has a session that this frame would fit.
  "pkg/networkserver:device_not_found": "network.uplink-error.session",
  f_cnt_too_low: "network.uplink-error.session",
  mic_mismatch: "network.uplink-error.session",
  duplicate_uplink: "network.uplink-error.duplicate",
  message_crc: "network.uplink-error.damaged",
  decode_payload: "network.uplink-error.damaged",
  payload: "network.uplink-error.damaged",
  raw_payload_too_short: "network.uplink-error.damaged",
  rejoin_request: "network.uplink-error.rejoin",
  buffer_full: "network.any.server",
};

const DECODER: Reasons = {
  ...SERVER,
  output_errors: "network.decoder-error.reported",
  no_script_output: "network.decoder-error.nothing",
  output: "network.decoder-error.output",
  output_encoding: "network.decoder-error.output",
  entrypoint_not_found: "network.decoder-error.no-function",
  script_timeout: "network.decoder-error.timeout",
  script_interrupt: "network.decoder-error.timeout",
  "pkg/messageprocessors/cayennelpp:output": "network.decoder-error.cayenne",
  formatter_not_configured: "network.decoder-error.not-available",
  // Rule: pkg/messageprocessors/devicerepository and pkg/devicerepository/store/remote.
  no_version_identifiers: "network.decoder-error.repository",
  brand_not_found: "network.decoder-error.repository",
  model_not_found: "network.decoder-error.repository",
  band_not_found: "network.decoder-error.repository",
  no_profile_for_band: "network.decoder-error.repository",
  firmware_version_not_found: "network.decoder-error.repository",
  no_codec: "network.decoder-error.repository",
  no_decoder: "network.decoder-error.repository",
};

/** Rule: `attemptDownlinkQueueOp` of pkg/applicationserver, `matchQueuedApplicationDownlinks` of pkg/networkserver. */
const NOT_QUEUED: Reasons = {
  ...SERVER,
  ...PLAN,
  ...NO_APP_KEY,
  // The same as of a downlink_failed.
  no_device_session: "error.reported.no-device-session",
  empty_session: "error.reported.no-device-session",
  unknown_mac_state: "error.reported.no-device-session",
  rebuild: "error.reported.no-device-session",
  unknown_session: "error.reported.session",
  f_cnt_too_low: "error.reported.session",
  application_downlink_too_long: "error.reported.too-long",
  downlink_expired: "error.reported.time",
  absolute_time: "error.reported.time",
  downlink_queue_capacity: "error.reported.queue-full",
  max_retries_reached: "error.reported.max-retries",
  confirmed_multicast_downlink: "error.reported.confirmed-multicast",
  no_downlink_path: "error.reported.gateways",
  fixed_paths: "error.reported.fixed-paths",
  device_not_found: "network.any.half-registered",
  "pkg/networkserver:device_not_found": "error.reported.half-registered",
};

const ENCODER: Reasons = {
  ...NOT_QUEUED,
  output_errors: "network.encoder-error.reported",
  no_script_output: "network.encoder-error.nothing",
  output: "network.encoder-error.output",
  output_encoding: "network.encoder-error.output",
  input: "network.encoder-error.output",
  entrypoint_not_found: "network.encoder-error.no-function",
  script_timeout: "network.encoder-error.timeout",
  script_interrupt: "network.encoder-error.timeout",
  formatter_not_configured: "network.encoder-error.not-available",
  no_version_identifiers: "network.encoder-error.repository",
  brand_not_found: "network.encoder-error.repository",
  model_not_found: "network.encoder-error.repository",
  band_not_found: "network.encoder-error.repository",
  no_profile_for_band: "network.encoder-error.repository",
  firmware_version_not_found: "network.encoder-error.repository",
  no_codec: "network.encoder-error.repository",
  no_encoder: "network.encoder-error.repository",
};

/** Rule: `ScheduleDown` of pkg/gatewayserver/io, pkg/gatewayserver/scheduling, `scheduleDownlinkByPaths` of pkg/networkserver. */
const DOWNLINK: Reasons = {
  ...NOT_QUEUED,
  too_late: "network.downlink-error.late",
  duty_cycle: "network.downlink-error.duty-cycle",
  blocked: "network.downlink-error.duty-cycle",
  conflict: "network.downlink-error.busy",
  buffer_full: "network.downlink-error.busy",
  dwell_time: "network.downlink-error.too-long",
  too_long: "network.downlink-error.too-long",
  no_clock_sync: "network.downlink-error.no-clock",
  no_server_time: "network.downlink-error.no-clock",
  no_gps_sync: "network.downlink-error.gps",
  no_absolute_gateway_time: "network.downlink-error.gps",
  no_absolute_time: "error.reported.time",
  sub_band_not_found: "network.downlink-error.frequency",
  frequency_plan_not_configured: "network.downlink-error.frequency",
  frequency_plans_not_from_same_band: "network.downlink-error.frequency",
  no_frequency_plan_id_in_tx_request: "network.downlink-error.frequency",
  data_rate_rx_window: "network.downlink-error.frequency",
  not_allowed: "network.downlink-error.not-allowed",
  not_connected: "network.downlink-error.disconnected",
  no_uplink_token: "error.reported.gateways",
  uplink_token: "error.reported.gateways",
  downlink_path: "error.reported.fixed-paths",
  schedule: "network.downlink-error.schedule",
};

/** What a gateway says of a downlink that it did not send. Rule: `TxAcknowledgment.Result` of the stack's API. */
const RESULTS: Reasons = {
  TOO_LATE: "network.downlink-error.late",
  TOO_EARLY: "network.downlink-error.early",
  COLLISION_PACKET: "network.downlink-error.busy",
  COLLISION_BEACON: "network.downlink-error.busy",
  TX_FREQ: "network.downlink-error.frequency",
  TX_POWER: "network.downlink-error.power",
  GPS_UNLOCKED: "network.downlink-error.gps",
};

/** For each event: by name, and what is said of an error that is not in the table. */
export const NETWORK_REASONS: Readonly<Record<NetworkKind, { byName: Reasons; other: string }>> = {
  join_error: { byName: JOIN, other: "network.join-error.other" },
  uplink_error: { byName: UPLINK, other: "network.uplink-error.other" },
  decoder_error: { byName: DECODER, other: "network.decoder-error.other" },
  encoder_error: { byName: ENCODER, other: "network.encoder-error.other" },
  downlink_error: { byName: DOWNLINK, other: "network.downlink-error.other" },
};

/** How an exception of a formatter is told. */
const SCRIPTS = {
  decoder_error: {
    thrown: "network.decoder-error.script",
    inLine: "network.decoder-error.script-line",
    nothing: "network.decoder-error.nothing",
    noFunction: "network.decoder-error.no-function",
  },
  encoder_error: {
    thrown: "network.encoder-error.script",
    inLine: "network.encoder-error.script-line",
    nothing: "network.encoder-error.nothing",
    noFunction: "network.encoder-error.no-function",
  },
} as const;

const LONGEST_MESSAGE = 200;

/** Errors that only stand around what really happened: it is their cause, or among their details. */
const WRAPPERS = new Set([
  "host_handle",
  "output",
  "rx_window_schedule",
  "schedule",
  "schedule_path",
  "tx_schedule",
]);

const MOST_ERRORS = 50;

const lookUp = (reasons: Reasons, name: string): string | undefined =>
  Object.hasOwn(reasons, name) ? reasons[name] : undefined;

const textOr = (value: unknown, other: string): string => (typeof value === "string" ? value : other);

/** Those within an error are as they came: nothing has looked at them. */
const nameOf = (error: StackError): string => textOr(error.name, "");

const keyOf = (reasons: Reasons, error: StackError): string | undefined =>
  lookUp(reasons, `${textOr(error.namespace, "")}:${nameOf(error)}`) ?? lookUp(reasons, nameOf(error));

const isError = (value: unknown): value is StackError => isJsonObject(value);

const listOf = (value: unknown): readonly unknown[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.slice(0, MOST_ERRORS);
};

/** The ones within: the cause, and what each gateway and each receive window says. Rule: `ScheduleDownlinkErrorDetails`. */
function within(error: StackError): StackError[] {
  const paths = listOf(error.details).flatMap((detail) =>
    isJsonObject(detail) ? listOf(detail.path_errors) : [],
  );
  return [error.cause, ...paths].filter(isError);
}

/** The first one that the table knows, from the outside to the inside of wrappers; a wrapper itself at the end. */
function known(reasons: Reasons, error: StackError): { key: string; error: StackError } | undefined {
  const open = [error];
  let wrapper: { key: string; error: StackError } | undefined;
  for (let looked = 0; looked < MOST_ERRORS; looked++) {
    const next = open.shift();
    if (next === undefined) break;
    const key = keyOf(reasons, next);
    const found = key === undefined ? undefined : { key, error: next };
    if (!WRAPPERS.has(nameOf(next))) {
      if (found) return found;
      continue;
    }
    wrapper ??= found;
    open.push(...within(next));
  }
  return wrapper;
}

/** An attribute in one line; empty where there is none. */
function attribute(error: StackError, key: string, longest?: number): string {
  return shownText(attributeOf(error, key) ?? "", longest);
}

/** `Error: index out of range at decodeUplink (<eval>:7:19(89))`: goja says where at the end. */
const PLACE = / at (?:([^\s()]{1,80}) )?\(?(?:<eval>:(\d{1,7}):\d{1,7}(?:\(\d{1,7}\))?|native)\)?$/;

/** `SyntaxError: SyntaxError: (anonymous): Line 5:3 Unexpected token }`, or `… has already been declared at 5:3`. */
const SYNTAX = /^SyntaxError: SyntaxError: (?:\(anonymous\): Line (\d{1,7}):\d{1,7} )?/;
const SYNTAX_PLACE = / at (\d{1,7}):\d{1,7}$/;

/**
 * The line as the Console's editor counts: the stack puts one line before the script.
 * Rule: `wrapUplinkDecoderScript` of pkg/messageprocessors/javascript; seen with a script whose lines are known.
 */
function lineOf(counted: string | undefined): number | undefined {
  const line = Number(counted) - 1;
  return line >= 1 ? line : undefined;
}

/** What happened in a script, and in which line of it, where that can be said. */
function scriptFault(said: string): { message: string; line: number | undefined } {
  const syntax = SYNTAX.exec(said);
  if (syntax) {
    const message = said.replace(SYNTAX, "SyntaxError: ");
    // The end is that of what the stack puts behind the script.
    if (message.includes("Unexpected end of input")) return { message, line: undefined };
    const counted = syntax[1] ?? SYNTAX_PLACE.exec(message)?.[1];
    return { message: message.replace(SYNTAX_PLACE, ""), line: lineOf(counted) };
  }
  const place = PLACE.exec(said);
  const line = place?.[1] === "main" ? undefined : lineOf(place?.[2]);
  return { message: said.replace(PLACE, ""), line };
}

/** What the script engine says of a formatter that threw, or that it could not run. */
function scriptReason(event: keyof typeof SCRIPTS, error: StackError, device: string): Text {
  const keys = SCRIPTS[event];
  const said = attribute(error, "message", 2 * LONGEST_MESSAGE);
  // `main` is what the stack puts around the script: it calls the formatter and takes apart what that returns.
  if (PLACE.exec(said)?.[1] === "main") {
    if (/^ReferenceError: (?:De|En)coder /.test(said)) return { key: keys.noFunction, values: { device } };
    if (said.startsWith("TypeError: ")) return { key: keys.nothing, values: { device } };
  }
  const { message, line } = scriptFault(said);
  const values = { device, message: shownText(message, LONGEST_MESSAGE) || "?" };
  return line === undefined
    ? { key: keys.thrown, values }
    : { key: keys.inLine, values: { ...values, line } };
}

const isScriptError = ({ name }: StackError): boolean => name === "script" || name === "runtime";

/**
 * Why the network refused a join, dropped a frame, could not decode, encode or send: first what happened, then what to do and where.
 * Bounded and in one line, whatever the error holds. Never throws.
 */
export function networkReason(event: NetworkKind, error: StackError, deviceId: string): Text {
  const device = shownText(deviceId);
  if ((event === "decoder_error" || event === "encoder_error") && isScriptError(error))
    return scriptReason(event, error, device);
  const { byName, other } = NETWORK_REASONS[event];
  const result = attribute(error, "result");
  if (event === "downlink_error" && error.name === "transmission")
    return {
      key: lookUp(RESULTS, result) ?? "network.downlink-error.gateway",
      values: { device, result: result || "?" },
    };
  const fPort = event === "downlink_error" || event === "encoder_error" ? refusedFPort(error) : undefined;
  if (fPort !== undefined) return { key: "error.reported.no-f-port", values: { device, fPort } };
  const found = known(byName, error);
  const told = found?.error ?? error;
  return {
    key: found?.key ?? other,
    values: {
      device,
      message: attribute(told, "errors", LONGEST_MESSAGE) || "?",
      max: attribute(told, "max") || "?",
      retries: attribute(told, "max_retries") || "?",
      // Of a gateway of a tenant it ends with `@tenant`.
      gateway: attribute(told, "gateway_uid").replace(/@.*/, "") || "?",
      sentence: errorSentence(error),
    },
  };
}
