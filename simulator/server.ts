import type { EndDeviceIds } from "../src/stack/messages";
import { application } from "./application";
import type { Simulator, SimulatorOptions } from "./contract";
import { HttpApi } from "./http/api";
import { typed } from "./events/events";
import { EventStreams } from "./http/eventStreams";
import { whyGone } from "./http/gateways";
import type { GatewayConnection } from "./http/gateways";
import { SimulatedStorage } from "./http/storage";
import { Journal } from "./journal";
import { KeyRing, READ, WRITE } from "./keys";
import { MqttListener } from "./mqtt/listener";
import type { Account, MqttSwitches } from "./mqtt/host";
import { downlinkTopic, stackTopics } from "./mqtt/topics";
import { receptionIds } from "./network";
import { RateLimiter } from "./rateLimit";
import { SimulatedStack } from "./stack";
import { VERSIONS } from "./versions";

/** What stands at a port of its own; the Pub/Sub integration is a client of another server. */
export type SimulatedServer = Omit<Simulator, "connectPubsub">;

interface Beside {
  readonly stack: SimulatedStack;
  /** What the Application Server publishes goes there as well; and what is to end with the server. */
  readonly outlets: Set<Outlet>;
}

interface Outlet {
  deliver(ownTopic: string, payload: Buffer): void;
  stop(): Promise<void>;
}

/** Starts a stand-in for the MQTT server and the HTTP API of The Things Stack, for one application. */
export async function startServer(
  options: SimulatorOptions = {},
): Promise<Beside & { readonly server: SimulatedServer }> {
  const host = options.host ?? "127.0.0.1";
  const app = application(options.applicationId ?? "app1", options.tenantId);
  const version = VERSIONS[options.version ?? "3.32"];
  const keys = new KeyRing(app.applicationId);
  const [firstKey] = (options.keys?.length ? options.keys : [{}]).map((key) => keys.add(key));
  const journal = new Journal();
  const switches: MqttSwitches = {
    refuse: undefined,
    closeBeforeConnack: false,
    mute: false,
    refuseTopics: false,
  };
  const outlets = new Set<Outlet>();
  const storage = options.storage && new SimulatedStorage(options.storage, { application: app, keys });
  const gatewayConnections = new Map<string, GatewayConnection>();
  const eventStreams = new EventStreams({
    ...{ application: app, keys, journal, version },
    gateways: gatewayConnections,
  });
  const stack = new SimulatedStack(
    app,
    version,
    journal,
    options,
    (topic, payload) => {
      if (switches.mute) return;
      mqtt.deliver(topic, payload);
      for (const outlet of outlets) outlet.deliver(topic, payload);
    },
    (event, ids) => {
      if (!switches.mute) eventStreams.deliver(event, ids);
    },
    (message) => storage?.keep(message),
  );
  /** Also of a device that does not exist. */
  const idsOf = (deviceId: string, address: "session" | "record"): EndDeviceIds =>
    stack.find(deviceId)?.ids(app.applicationId, address) ?? {
      device_id: deviceId,
      application_ids: { application_id: app.applicationId },
    };

  const downlinks = new RateLimiter(options.downlinkLimit);
  const login = (userName: string | undefined, password: string | undefined): Account | undefined => {
    const authentication = keys.authenticate(password ?? "");
    if (userName !== app.uid || !authentication.ok) return undefined;
    const rights = keys.rightsHere(authentication.key);
    if (rights.length === 0) return undefined;
    return { key: authentication.key, mayRead: rights.includes(READ), mayWrite: rights.includes(WRITE) };
  };
  const mqtt: MqttListener = new MqttListener(
    { host, port: options.port ?? 0, tls: options.tls, acceptLimit: options.acceptLimit },
    {
      topics: stackTopics(app.uid),
      journal,
      switches,
      login,
      takeDownlink: (key) => downlinks.take(key.id),
      downlink: (topic, payload) => {
        const known = downlinkTopic(topic, app.uid);
        return known
          ? stack.queues.publish(known, payload)
          : { outcome: "dropped", reason: "forbidden topic" };
      },
    },
  );
  const http = new HttpApi(
    { host, port: options.httpPort ?? 0, tls: options.tls },
    {
      application: app,
      keys,
      queues: stack.queues,
      feed: stack.feed,
      events: stack.events,
      eventStreams,
      storage,
      gatewayConnections,
      device: (deviceId) => stack.find(deviceId),
      isMute: () => switches.mute,
      queueLimit: new RateLimiter(options.queueLimit),
      version,
      journal,
      addresses: () => ({ plain: `${host}:${mqtt.port}`, tls: `${host}:${mqtt.port}` }),
    },
  );

  let running = false;
  const start = async (): Promise<void> => {
    running = true;
    const ports = await Promise.allSettled([mqtt.start(), http.start()]);
    const failed = ports.find((port) => port.status === "rejected");
    if (failed === undefined) return;
    await stop();
    throw failed.reason;
  };
  const stop = async (): Promise<void> => {
    if (!running) return;
    running = false;
    stack.stop();
    await Promise.all([...outlets].map((outlet) => outlet.stop()));
    await Promise.all([mqtt.stop(), http.stop()]);
  };
  await start();

  const server: SimulatedServer = {
    host,
    get port() {
      return mqtt.port;
    },
    get httpPort() {
      return http.port;
    },
    get apiUrl() {
      return http.url;
    },
    applicationId: app.applicationId,
    userName: app.uid,
    apiKey: firstKey?.key ?? "",
    get sessions() {
      return mqtt.sessions.length;
    },
    connects: journal.connects,
    subscribes: journal.subscribes,
    unsubscribes: journal.unsubscribes,
    publishes: journal.publishes,
    requests: journal.requests,
    storage,
    transmissions: journal.transmissions,
    events: journal.events,
    next: (name) => journal.next(name),

    addKey: (key) => keys.add(key).key,
    removeKey: (key) => {
      keys.remove(key);
    },
    expireKey: (key) => {
      keys.expire(key);
    },
    setRights: (key, rights) => {
      keys.setRights(key, rights);
    },
    addDevice: (device) => {
      stack.addDevice(device);
    },
    queue: (deviceId) => stack.queues.queued(deviceId),

    publish: (kind, deviceId, body, extra) =>
      stack.feed.publish(kind, body, {
        end_device_ids: idsOf(deviceId, kind === "downlink_queued" ? "record" : "session"),
        correlation_ids: receptionIds(),
        ...extra,
      }),
    replay: ({ topic, payload }) => {
      const text = typeof payload === "string" ? payload : JSON.stringify(payload);
      stack.feed.send(stack.feed.ownTopic(topic), Buffer.from(text));
    },
    sendRetained: (topic, payload) => mqtt.deliver(topic, Buffer.from(payload), true),
    send: (topic, payload) => {
      stack.feed.send(topic, typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload));
    },
    uplink: (deviceId, parts, frame) => stack.network.uplink(stack.known(deviceId), parts, frame),
    join: (deviceId) => stack.network.join(stack.known(deviceId)),
    refuseJoin: (deviceId, errorName) => stack.network.refuseJoin(stack.known(deviceId), errorName),
    publishEvent: (name, deviceId, data, more = {}) =>
      stack.events.publish(
        name,
        idsOf(deviceId, "session"),
        more.correlation_ids ?? receptionIds(),
        data === undefined ? undefined : { ...data },
      ),
    get eventStreams() {
      return eventStreams.count;
    },
    gateways: (given) => {
      stack.gateways.set(given);
    },
    setGateway: (gatewayId, given) => {
      const was = gatewayConnections.get(gatewayId)?.statistics;
      gatewayConnections.set(gatewayId, given);
      if (!was === !given.statistics || switches.mute) return;
      const [name, data] = given.statistics
        ? (["gs.gateway.connect", typed("GatewayConnectionStats", given.statistics)] as const)
        : (["gs.gateway.disconnect", whyGone(given)] as const);
      eventStreams.deliverOfGateway(gatewayId, name, data);
    },
    startSchedule: (everyMs) => {
      stack.schedule.start(everyMs);
    },
    stopSchedule: () => {
      stack.schedule.stop();
    },

    refuse: (returnCode) => {
      switches.refuse = returnCode;
    },
    closeBeforeConnack: (on) => {
      switches.closeBeforeConnack = on;
    },
    mute: (on) => {
      switches.mute = on;
    },
    freeze: (on) => {
      mqtt.freeze(on);
    },
    refuseTopics: (on) => {
      switches.refuseTopics = on;
    },
    api: (mode) => {
      http.mode = mode;
    },
    eventRoute: (mode) => {
      eventStreams.mode = mode;
    },
    endEventStreams: (how = "cut") => {
      eventStreams.end(how);
    },
    disconnectAll: () => {
      for (const session of mqtt.sessions) session.close("disconnectAll");
    },
    resetAll: () => {
      for (const session of mqtt.sessions) session.reset("resetAll");
    },
    stop,
    restart: async () => {
      await stop();
      await start();
    },
  };
  return { server, stack, outlets };
}
