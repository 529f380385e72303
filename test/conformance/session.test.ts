import assert from "node:assert/strict";
import type { Endpoint } from "../../src/connection/link";
import type { ConnectionProblem } from "../../src/connection/problem";
import type { Delivery } from "../../src/connection/routes";
import { Session, type SessionSettings } from "../../src/connection/session";
import { Ledger } from "../../src/devices/ledger";
import { explainProblem } from "../../src/diagnosis/connecting";
import { createStackApi } from "../../src/diagnosis/stackApi";
import type { Service } from "../../src/services/service";
import { apiKeyForm, userName } from "../../src/stack/identifiers";
import { STACK_KINDS, type StackKind } from "../../src/stack/kinds";
import { Arrivals } from "./arrivals";
import { openTarget, TARGET, type Target } from "./target";
import { otherSecret, serviceOf, simulate, UNKNOWN_KEY } from "./traffic";

describe(`our session at ${TARGET}`, () => {
  let target: Target;
  const sessions: Session[] = [];
  before(async () => {
    target = await openTarget();
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.end()));
  });
  after(() => target.close());

  /** A session, all that it tells, and a recipient of it. */
  function start(service: Service, more: Partial<SessionSettings> = {}) {
    const settings = {
      endpoint: target.endpoint,
      service,
      ledger: new Ledger(service),
      clientId: "conformance",
      keepalive: 60,
    };
    const session = new Session({ ...settings, pause: () => 50, ...more });
    sessions.push(session);
    const events = new Arrivals<"state" | ConnectionProblem>();
    session.listen({
      onState: () => events.add("state"),
      onProblem: (problem) => events.add(problem),
      onInvalid: ({ report }) => assert.fail(`something invalid came: ${report}`),
    });
    const isIn = (wanted: string, kinds: readonly StackKind[]): boolean =>
      session.stateFor(new Set(kinds)).state === wanted;
    return {
      session,
      problems: (): ConnectionProblem[] => events.all.filter((event) => event !== "state"),
      problem: () => events.next("problem", (all) => all.find((event) => event !== "state")),
      state: (wanted: string, ...kinds: StackKind[]) =>
        events.next(`state "${wanted}"`, () => isIn(wanted, kinds) || undefined),
      receive(...kinds: StackKind[]) {
        const deliveries = new Arrivals<Delivery>();
        const release = session.receive({
          kinds: new Set(kinds),
          everyDevice: true,
          wantsDevice: () => true,
          deliver: (delivery) => deliveries.add(delivery),
        });
        const of = (mark: string): Delivery[] =>
          deliveries.all.filter(({ received }) => received.message.correlation_ids?.includes(mark));
        return {
          release,
          of,
          next: (mark: string) => deliveries.next(`message with ${mark}`, () => of(mark)[0]),
        };
      },
    };
  }

  it("connects, subscribes, and brings each kind of message once", async () => {
    const engine = start(serviceOf(target));
    assert.equal(engine.session.stateFor(new Set()).state, "connecting");
    const everything = engine.receive(...STACK_KINDS);
    await engine.state("connected", ...STACK_KINDS);
    for (const kind of [...STACK_KINDS, ...STACK_KINDS]) {
      const mark = await simulate(target, kind);
      const { received, origin } = await everything.next(mark);
      assert.equal(received.kind, kind);
      assert.deepEqual(
        [origin.applicationId, origin.tenantId, origin.deviceId],
        [target.applicationId, target.tenantId, target.device],
      );
      assert.equal(everything.of(mark).length, 1);
    }
    assert.ok(engine.session.lastMessageAt !== undefined && engine.session.openedAt !== undefined);
    assert.deepEqual(engine.problems(), []);
  });

  it("subscribes to what is wanted later, and unsubscribes from what is wanted no more", async () => {
    const engine = start(serviceOf(target));
    const uplinks = engine.receive("uplink_message");
    const joins = engine.receive("join_accept", "uplink_message");
    await engine.state("connected", "uplink_message", "join_accept");
    const mark = await simulate(target, "uplink_message");
    const [first, second] = [await uplinks.next(mark), await joins.next(mark)];
    assert.deepEqual(first.received, second.received);
    assert.notEqual(first.received.message, second.received.message);

    joins.release();
    const later = engine.receive("location_solved");
    await engine.state("connected", "uplink_message", "location_solved");
    const join = await simulate(target, "join_accept");
    await later.next(await simulate(target, "location_solved"));
    await uplinks.next(await simulate(target, "uplink_message"));
    assert.deepEqual(joins.of(join), []);
  });

  const context = (apiKey: string, tenantId = target.tenantId, applicationId = target.applicationId) => ({
    service: "stack" as const,
    host: target.endpoint.host,
    port: target.endpoint.port,
    useTls: target.endpoint.tls !== undefined,
    userName: userName(applicationId, tenantId),
    applicationId,
    ...(tenantId !== undefined && { tenantId }),
    keyForm: apiKeyForm(apiKey),
    keyLength: apiKey.length,
    now: Date.now(),
  });
  const explain = async (problem: ConnectionProblem, ...of: Parameters<typeof context>): Promise<string> =>
    (await explainProblem(problem, context(...of), createStackApi(target.apiWith(of[0])))).key;

  const loginRefused = { problem: "login_refused", returnCode: 5 } as const;

  it("reports a refused login once, with a reason that the stack tells, and goes on trying", async () => {
    const engine = start(serviceOf(target, { apiKey: UNKNOWN_KEY }), { keyForm: apiKeyForm(UNKNOWN_KEY) });
    assert.deepEqual(await engine.problem(), loginRefused);
    assert.deepEqual(engine.session.stateFor(new Set()), { state: "refused", problem: loginRefused });
    assert.equal(await explain(loginRefused, UNKNOWN_KEY), "error.login-refused.key-deleted");
    assert.deepEqual(engine.problems(), [loginRefused]);
  });

  it("tells a wrong secret from a key that is none", async () => {
    const wrong = otherSecret(target.apiKey);
    const engine = start(serviceOf(target, { apiKey: wrong }), { keyForm: apiKeyForm(wrong) });
    assert.deepEqual(await engine.problem(), loginRefused);
    assert.equal(await explain(loginRefused, wrong), "error.login-refused.wrong-secret");

    const none = "hello";
    const other = start(serviceOf(target, { apiKey: none }), { keyForm: apiKeyForm(none) });
    const problem = { problem: "key_form", returnCode: 5, form: "other" } as const;
    assert.deepEqual(await other.problem(), problem);
    assert.equal(await explain(problem, none), "error.key-form.other");
  });

  it("reports a wrong tenant as a refused login with a valid key", async () => {
    const tenantId = "no-such-tenant";
    const engine = start(serviceOf(target, { tenantId }));
    assert.deepEqual(await engine.problem(), loginRefused);
    assert.match(await explain(loginRefused, target.apiKey, tenantId), /^error\.login-refused\.valid-/);
  });

  it("reports another application as a refused login with the key of this one", async () => {
    const applicationId = "another-application";
    const engine = start(serviceOf(target, { applicationId }));
    assert.deepEqual(await engine.problem(), loginRefused);
    const key = await explain(loginRefused, target.apiKey, target.tenantId, applicationId);
    assert.match(key, /^error\.login-refused\.(other-application|user-without-rights)$/);
  });

  it("reports a refused topic to those who want it; the others get theirs", async () => {
    const own = serviceOf(target);
    const foreign = serviceOf(target, { applicationId: "another-application" });
    const subscriptions: Service["subscriptions"] = (kinds) =>
      [...kinds].flatMap((kind) => (kind === "join_accept" ? foreign : own).subscriptions(new Set([kind])));
    const engine = start({ ...own, subscriptions });
    const recipient = engine.receive("join_accept", "uplink_message");
    const [filter] = foreign.subscriptions(new Set(["join_accept"])).map((one) => one.filter);
    const problem = { problem: "topic_refused", filter };
    assert.deepEqual(await engine.problem(), problem);
    await engine.state("connected", "uplink_message");
    assert.deepEqual(engine.session.stateFor(new Set(["join_accept"])), { state: "refused", problem });
    await recipient.next(await simulate(target, "uplink_message"));
  });

  it("connects and subscribes again after the server closed the connection", async () => {
    const own = serviceOf(target);
    // What makes the server close without help: a filter that cannot be one.
    const subscriptions: Service["subscriptions"] = (kinds) =>
      own.subscriptions(kinds).map((one) => ({
        ...one,
        filter: one.kinds.includes("service_data") ? `${one.filter}\0` : one.filter,
      }));
    const engine = start({ ...own, subscriptions });
    const uplinks = engine.receive("uplink_message");
    await engine.state("connected", "uplink_message");
    const openedAt = engine.session.openedAt;
    await uplinks.next(await simulate(target, "uplink_message"));

    const poison = engine.receive("service_data");
    const problem = { problem: "connection_lost" } as const;
    assert.deepEqual(await engine.problem(), problem);
    assert.deepEqual(engine.session.stateFor(new Set()), { state: "reconnecting", problem });
    poison.release();
    await engine.state("connected", "uplink_message");
    assert.notEqual(engine.session.openedAt, openedAt);
    const mark = await simulate(target, "uplink_message");
    await uplinks.next(mark);
    await uplinks.next(await simulate(target, "uplink_message"));
    assert.equal(uplinks.of(mark).length, 1);
    assert.deepEqual(engine.problems(), [problem]);
  });

  it("is connected without the right to read, and nothing comes", async function () {
    const apiKey = target.given(this, "TTS_MUTE_KEY");
    const mute = start(serviceOf(target, { apiKey }));
    const nothing = mute.receive("uplink_message");
    await mute.state("connected", "uplink_message");
    const reader = start(serviceOf(target));
    const uplinks = reader.receive("uplink_message");
    await reader.state("connected", "uplink_message");
    const mark = await simulate(target, "uplink_message");
    await uplinks.next(mark);
    await uplinks.next(await simulate(target, "uplink_message"));
    assert.deepEqual([nothing.of(mark), mute.session.lastMessageAt], [[], undefined]);
  });

  it("tells when the port speaks TLS and we do not, or the other way round", async () => {
    const { host, port, tls } = target.endpoint;
    const endpoint: Endpoint = tls ? { host, port } : { host, port, tls: {} };
    const engine = start(serviceOf(target), { endpoint });
    assert.deepEqual(await engine.problem(), { problem: "tls_mismatch" });
  });

  it("keeps the connection with its pings", async () => {
    // The pause is half again as long as the server waits; a shorter keepalive would not survive a busy machine.
    const engine = start(serviceOf(target), { keepalive: 3 });
    const uplinks = engine.receive("uplink_message");
    await engine.state("connected", "uplink_message");
    const openedAt = engine.session.openedAt;
    await new Promise((resolve) => setTimeout(resolve, 6_500));
    await uplinks.next(await simulate(target, "uplink_message"));
    assert.equal(engine.session.openedAt, openedAt);
    assert.deepEqual(engine.problems(), []);
  });
});
