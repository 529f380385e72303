import assert from "node:assert/strict";
import { closeEventClients, EventClient, ofApplication } from "../simulator/eventClient";
import type { SeenEvent } from "../simulator/eventClient";
import { openTarget, TARGET, type Target } from "./target";
import { newMark, otherSecret, simulate, UNKNOWN_KEY } from "./traffic";

describe(`the stream of events of ${TARGET}`, () => {
  let target: Target;
  before(async () => {
    target = await openTarget();
  });
  afterEach(closeEventClients);
  after(() => target.close());

  const ask = (names: readonly string[], more: object = {}): Promise<EventClient> => {
    const { url, apiKey, tls } = target.apiWith();
    const body = { identifiers: [ofApplication(target.applicationId)], names };
    return EventClient.ask({ url, apiKey, body, ...(tls && { tls }), ...more });
  };
  const listen = async (names: readonly string[], more: object = {}): Promise<EventClient> => {
    const client = await ask(names, more);
    await client.event("events.stream.start");
    return client;
  };
  const marked =
    (mark: string) =>
    ({ correlation_ids = [] }: SeenEvent): boolean =>
      correlation_ids.includes(mark);

  it("is lines of JSON with empty ones between them, of the type that was accepted", async () => {
    const client = await listen(["as.up.data.forward"]);
    const { status, headers } = await client.answer();
    assert.deepEqual(
      [status, headers["content-type"], headers["cache-control"], headers["transfer-encoding"]],
      [200, "text/event-stream", "no-store", "chunked"],
    );
    assert.match(client.text, /^\{"result":\{.*\}\}\n\n$/);

    const other = await listen(["as.up.data.forward"], { accept: "application/json" });
    assert.equal((await other.answer()).headers["content-type"], "application/json");
    assert.match(other.text, /^\{"result":\{.*\}\}\n$/);
  });

  it("starts with the names that match what was asked for, without repetitions", async () => {
    const client = await listen(["js.join.accept", "/data.forward/", "as.up.data.forward"]);
    const [start] = client.events;
    assert.equal(start?.name, "events.stream.start");
    assert.deepEqual(start.identifiers, [ofApplication(target.applicationId)]);
    assert.deepEqual(start.data?.value, [
      "as.down.data.forward",
      "as.up.data.forward",
      "js.join.accept",
      "ns.up.data.forward",
    ]);
    assert.equal(start.visibility, undefined);
  });

  it("starts without names where none were asked for: all events", async () => {
    assert.equal((await listen([])).events[0]?.data, undefined);
  });

  it("has each uplink, with its message and its correlation IDs", async () => {
    const client = await listen(["as.up.data.forward"]);
    const mark = await simulate(target, "uplink_message");
    const event = await client.event("as.up.data.forward", marked(mark));
    const { data } = event;
    assert.equal(data?.["@type"], "type.googleapis.com/ttn.lorawan.v3.ApplicationUp");
    assert.deepEqual(event.identifiers, [{ device_ids: data.end_device_ids }]);
    assert.deepEqual(event.correlation_ids, data.correlation_ids);
    assert.deepEqual(event.visibility, { rights: ["RIGHT_APPLICATION_TRAFFIC_READ"] });
    assert.equal(typeof data.uplink_message, "object");
    assert.match(event.unique_id, /^\w{26}$/);
    assert.ok(!Number.isNaN(Date.parse(event.time)));
  });

  const forwarded = {
    join_accept: "as.up.join.forward",
    location_solved: "as.up.location.forward",
    service_data: "as.up.service.forward",
    downlink_ack: "as.down.data.ack.forward",
    downlink_nack: "as.down.data.nack.forward",
    downlink_sent: "as.down.data.sent.forward",
    downlink_failed: "as.down.data.failed.forward",
    downlink_queue_invalidated: "as.down.data.queue.invalidated.forward",
  } as const;
  for (const kind of Object.keys(forwarded) as (keyof typeof forwarded)[]) {
    it(`has each ${kind} as ${forwarded[kind]}`, async () => {
      const client = await listen(["/forward$/"]);
      const mark = await simulate(target, kind);
      const event = await client.event(forwarded[kind], marked(mark));
      assert.equal(typeof event.data?.[kind], "object");
    });
  }

  it("has nothing but what was asked for, of the device that it was asked of", async () => {
    const { applicationId, device } = target;
    const one = { device_ids: { device_id: device, ...ofApplication(applicationId) } };
    const client = await listen(["as.up.data.forward"], {
      body: { identifiers: [one], names: ["as.up.data.forward"] },
    });
    const unwanted = await simulate(target, "location_solved");
    await client.event("as.up.data.forward", marked(await simulate(target, "uplink_message")));
    assert.deepEqual(client.events.filter(marked(unwanted)), []);
  });

  for (const key of ["TTS_WRITE_KEY", "TTS_MUTE_KEY"] as const) {
    it(`says nothing after its start to a key that may not read (${key})`, async function () {
      const reader = await listen(["as.up.data.forward"]);
      const silent = await listen(["as.up.data.forward"], { apiKey: target.given(this, key) });
      // What comes later on the other stream: it would have come on this one by then.
      for (let n = 0; n < 2; n++) {
        await reader.event("as.up.data.forward", marked(await simulate(target, "uplink_message")));
      }
      assert.deepEqual(
        silent.events.map(({ name }) => name),
        ["events.stream.start"],
      );
    });
  }

  it("is given to a key that may only read", async function () {
    const client = await listen(["as.up.data.forward"], { apiKey: target.given(this, "TTS_READ_KEY") });
    await client.event("as.up.data.forward", marked(await simulate(target, "uplink_message")));
  });

  const of = (applicationId: string, names: readonly string[] = ["as.up.data.forward"]): object => ({
    body: { identifiers: [ofApplication(applicationId)], names },
  });
  const refusals: Record<string, readonly [() => object, status: number, name: string]> = {
    "without a key": [() => ({ apiKey: undefined }), 403, "no_application_rights"],
    "with a key that does not exist": [() => ({ apiKey: UNKNOWN_KEY }), 401, "api_key_not_found"],
    "with a wrong secret": [() => ({ apiKey: otherSecret(target.apiKey) }), 401, "invalid_authorization"],
    "with what is no key": [() => ({ apiKey: "hello" }), 400, "token"],
    "of another application": [() => of("another-application"), 403, "no_application_rights"],
    "of what is no application": [() => of("App_1"), 400, "validation"],
    "of no application": [() => ({ body: { names: ["as.up.data.forward"] } }), 400, "no_identifiers"],
    "of an unknown event": [() => of(target.applicationId, ["nope"]), 400, "unknown_event_name"],
    "of a pattern that nothing matches": [
      () => of(target.applicationId, ["/nope/"]),
      400,
      "no_matching_events",
    ],
    "of a pattern that is none": [() => of(target.applicationId, ["/[/"]), 400, "invalid_regexp"],
    "of an unknown event with what is no key": [
      () => ({ apiKey: "hello", ...of(target.applicationId, ["nope"]) }),
      400,
      "unknown_event_name",
    ],
  };
  for (const [what, [more, status, name]] of Object.entries(refusals)) {
    it(`${what} is refused with ${name}, wrapped as the errors of streams are`, async () => {
      const client = await ask(["as.up.data.forward"], more());
      const answer = await client.error();
      assert.deepEqual([answer.status, answer.name, answer.wrapped], [status, name, true]);
      assert.match(client.text, /\}\n\n$/);
    });
  }

  it("is refused without a wrap where it is asked for with what is no JSON", async () => {
    const client = await ask([], { body: `nonsense ${newMark()}` });
    const { status, wrapped } = await client.error();
    assert.deepEqual([status, wrapped], [400, false]);
  });
});
