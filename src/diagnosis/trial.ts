import { randomBytes } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { SUBACK_REFUSED, openLink, type Endpoint, type Link, type LinkEnd } from "../connection/link";
import type { ConnectionProblem } from "../connection/problem";
import { problemOf } from "../connection/recognise";
import { warnOfBug } from "../connection/unexpected";
import type { Service } from "../services/service";
import type { Text, TextValues } from "../stack/explanation";
import { certificateOf } from "./certificate";
import { explainProblem, type ConnectionContext } from "./connecting";
import { keyFacts, type KeyFacts } from "./keyFacts";
import { shownList, shownText, shownTime } from "../stack/shown";
import type { StepResult, TrialStep } from "../stack/trial";
import { warnOfMissing } from "./missingRight";
import { sharedTopic, sharesOut } from "./sharing";
import type { StackApi } from "./stackApi";

/** A connection to be tried. */
export interface TrialSubject {
  readonly endpoint: Endpoint;
  readonly service: Service;
  /** Seconds. */
  readonly keepalive: number;
  readonly context: ConnectionContext;
  /** Absent where it is switched off, and for services other than `stack`. */
  readonly api?: StackApi | undefined;
}

/** ms from the first packet to the accepted login. */
const LOGIN_PATIENCE = 10_000;
/** ms more for all that comes then. To explain what is wrong takes three seconds at most. */
const REST_PATIENCE = 6_000;

/** The steps that there are for a connection, before any is taken. */
export function stepsOf({ endpoint, service }: Pick<TrialSubject, "endpoint" | "service">): TrialStep[] {
  // With a proxy it is that one which looks up the name and connects.
  const isDirect = endpoint.proxy === undefined;
  const steps: readonly (readonly [TrialStep, boolean])[] = [
    ["proxy", !isDirect],
    ["name", isDirect && net.isIP(endpoint.host) === 0],
    ["tcp", isDirect],
    ["tls", endpoint.tls !== undefined],
    ["login", true],
    ["read", service.traits.isStackServer],
    ["write", service.traits.isStackServer],
    ["topics", true],
  ];
  return steps.filter(([, applies]) => applies).map(([step]) => step);
}

/** What tells more of the end of a trial than the end itself. */
interface Seen {
  name: boolean;
  /** The filter that was subscribed to last. */
  subscribing?: string;
}

/** The step that a connection was at when it ended. */
const STEP_OF_PHASE: Readonly<Record<LinkEnd["phase"], TrialStep>> = {
  proxy: "proxy",
  tcp: "tcp",
  tls: "tls",
  login: "login",
  open: "topics",
};

/**
 * Makes a real connection as the nodes would, says of each step what became of it, and leaves nothing behind: a client ID of its
 * own, a clean session, the connection ended in any case. Resolves when that is done, within twenty seconds; never rejects.
 * @param signal ends it early, and nothing is reported any more
 */
export async function tryConnection(
  subject: TrialSubject,
  onStep: (result: StepResult) => void,
  signal: AbortSignal,
  patience = LOGIN_PATIENCE,
): Promise<void> {
  if (signal.aborted) return;
  const { endpoint, service, keepalive, context } = subject;
  const seen: Seen = { name: net.isIP(endpoint.host) !== 0 || endpoint.proxy !== undefined };
  const report = (result: StepResult): void => {
    if (!signal.aborted) onStep(result);
  };
  const passed = (step: TrialStep, facts: TextValues = {}): void =>
    report({ step, outcome: "passed", facts });

  let link: Link | undefined;
  let timer: NodeJS.Timeout | undefined;
  const ended = await new Promise<LinkEnd | "finished" | "stopped">((resolve) => {
    timer = setTimeout(() => resolve({ phase: "open", cause: "timeout" }), patience + REST_PATIENCE);
    signal.addEventListener("abort", () => resolve("stopped"), { once: true });
    // A client ID in use would throw the nodes off, and a session that a broker keeps would go on collecting.
    const clientId = testId();
    const opened = openLink(
      endpoint,
      { ...service.login, clean: true, clientId, keepalive },
      {
        onSocket(socket) {
          socket.on("lookup", (error: Error | null, address: string) => {
            if (error !== null || seen.name) return;
            seen.name = true;
            passed("name", { address });
          });
          if (!endpoint.proxy) socket.once("connect", () => passed("tcp", { port: endpoint.port }));
          if (socket instanceof tls.TLSSocket)
            socket.once("secureConnect", () => report(certificateStep(socket, context.now)));
        },
        onTunnel: () => passed("proxy", { proxy: shownText(endpoint.proxy?.shown ?? "", 120) }),
        onOpen() {
          passed("login", context.userName === "" ? {} : { userName: shownText(context.userName) });
          const rights = rightSteps(subject).then((results) => results.forEach(report));
          const topics = topicStep(opened, subject, seen).then((result) => result && report(result));
          Promise.all([rights, topics])
            .catch(warnOfBug)
            .finally(() => resolve("finished"));
        },
        onMessage: () => undefined,
        onEnd: resolve,
      },
      patience,
    );
    link = opened;
  });
  clearTimeout(timer);
  const closed = link?.end();
  if (typeof ended === "object") report(await failedStep(ended, subject, seen));
  await closed;
}

const testId = (): string => `node-red-test-${randomBytes(6).toString("hex")}`;

/** A certificate that was refused ends the connection; of one that was not, its names and dates are told. */
function certificateStep(socket: tls.TLSSocket, now: number): StepResult {
  const found = certificateOf(socket, now);
  const facts = found && {
    names: shownList(found.names) || shownText(found.subject),
    issuer: shownText(found.issuer),
    until: shownTime(found.validTo),
  };
  if (socket.authorized) return { step: "tls", outcome: "passed", ...(facts && { facts }) };
  const text = { key: "warning.test.not-verified", values: {} };
  return { step: "tls", outcome: "warning", ...(facts && { facts }), text };
}

/** `undefined`: the connection ended before the answer. */
async function topicStep(link: Link, subject: TrialSubject, seen: Seen): Promise<StepResult | undefined> {
  const { service, context, api } = subject;
  const filters = service.subscriptions(service.kinds).map(({ filter }) => withoutGroup(filter));
  // One by one, because some brokers end the connection in place of an answer.
  for (const filter of filters) {
    seen.subscribing = filter;
    const code = await link.subscribe(filter, 0);
    if (code === undefined) return undefined;
    if (code !== SUBACK_REFUSED) continue;
    const text = await explainProblem({ problem: "topic_refused", filter }, context, api);
    return { step: "topics", outcome: "failed", text };
  }
  const facts = { number: filters.length };
  const text = await notShared(subject);
  return { step: "topics", outcome: text ? "warning" : "passed", facts, ...(text && { text }) };
}

/** As a member of a group a test would take messages away from the nodes. */
const withoutGroup = (filter: string): string => sharedTopic(filter) ?? filter;

async function notShared({ endpoint, service }: TrialSubject): Promise<Text | undefined> {
  if (!service.traits.throughBroker) return undefined;
  const [topic] = service.subscriptions(service.kinds).flatMap(({ filter }) => sharedTopic(filter) ?? []);
  if (topic === undefined || (await sharesOut(endpoint, service.login, topic, testId())) !== false)
    return undefined;
  return { key: "warning.test.not-shared", values: { topic: shownText(topic, 120) } };
}

async function rightSteps({ service, context, api }: TrialSubject): Promise<StepResult[]> {
  if (!service.traits.isStackServer) return [];
  const { applicationId } = context;
  const facts = api && (await keyFacts(api, applicationId));
  return [
    rightStep("read", facts?.mayRead, facts, applicationId),
    rightStep("write", facts?.mayWrite, facts, applicationId),
  ];
}

/** Without the right to read nothing works; one that may not send is fine for nodes that only receive. */
const WITHOUT_RIGHT = { read: "failed", write: "warning" } as const;

function rightStep(
  step: "read" | "write",
  may: boolean | undefined,
  key: KeyFacts | undefined,
  applicationId: string,
): StepResult {
  if (may === undefined || !key) return { step, outcome: "unknown" };
  if (may) return { step, outcome: "passed" };
  return { step, outcome: WITHOUT_RIGHT[step], text: warnOfMissing(step, key, applicationId) };
}

async function failedStep(end: LinkEnd, subject: TrialSubject, seen: Seen): Promise<StepResult> {
  const { endpoint, context, api } = subject;
  const problem = problemOfTrial(end, subject, seen);
  const isName = problem.problem === "host_not_found";
  const text = await explainProblem(problem, { ...context, tls: endpoint.tls }, api);
  return { step: isName ? "name" : STEP_OF_PHASE[end.phase], outcome: "failed", text };
}

function problemOfTrial(end: LinkEnd, subject: TrialSubject, seen: Seen): ConnectionProblem {
  const { endpoint, context, service } = subject;
  // It was the name server that did not answer.
  if (end.cause === "timeout" && !seen.name) return { problem: "host_not_found", errorCode: "EAI_AGAIN" };
  const problem = problemOf(end, {
    port: endpoint.port,
    encrypted: endpoint.tls !== undefined,
    worked: false,
    ...(context.keyForm === undefined ? {} : { keyForm: context.keyForm }),
  });
  const filter = seen.subscribing;
  return problem.problem === "connection_lost" && service.traits.throughBroker && filter !== undefined
    ? { problem: "topic_refused", filter, closed: true }
    : problem;
}
