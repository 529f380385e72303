import type { NodeAPI } from "node-red";
import { warnOfBug } from "../../../src/connection/unexpected";
import { apiOf } from "../../../src/account/stackAccess";
import { stepsOf, tryConnection, type TrialSubject } from "../../../src/diagnosis/trial";
import type { StepResult } from "../../../src/stack/trial";
import { textIn } from "../../shared/catalogue";
import { shownValues } from "../../../src/stack/shown";
import type { KeyReport, Refused, ReportLine, ReportText, StepLine } from "../report";
import {
  type ConnectionSettings,
  contextOf,
  endpointOf,
  serviceOf,
  stackSettingsOf,
} from "../../../src/account/settings";
import { readFormRequest } from "./formRequest";
import { reportOnKey } from "./keyReport";
import { chosenTls } from "../tlsConfig";
import { filledIn, STORED, subjectOf, type Subject } from "./subject";

/** Each takes twenty seconds at most. */
const MOST_AT_A_TIME = 4;

/** The applications of Express that have the routes: once per process. */
const registered = new WeakSet();

let running = 0;

/** As far as it is needed here. */
interface Request {
  readonly query: Readonly<Record<string, unknown>>;
}
interface Response {
  status(code: number): {
    json(body: Refused): unknown;
    set(headers: Readonly<Record<string, string>>): unknown;
  };
}
interface Streamed extends Response {
  on(event: "close", listener: () => void): unknown;
  write(text: string): unknown;
  end(): unknown;
}

/** Of the editor that asks: it need not be that of the runtime. */
function languageOf({ query }: Request): string {
  return typeof query.lang === "string" ? query.lang : "";
}

/** With its words, which the editor has not. */
const worded = (language: string, { key, values }: ReportText): ReportText => ({
  key,
  values: shownValues(values),
  words: textIn(language, { key, values }),
});

function refuse(request: Request, response: Response, status: number, why: ReportText): void {
  response.status(status).json({ refused: worded(languageOf(request), why) });
}

const text = (key: string): ReportText => ({ key, values: {} });

/**
 * The routes of the connection form. Who calls them must be allowed to deploy: then nothing that they do is more than a deploy
 * would do. Nothing that they answer is secret.
 */
export function registerRoutes(RED: NodeAPI): void {
  if (registered.has(RED.httpAdmin)) return;
  registered.add(RED.httpAdmin);
  const permitted = [
    RED.auth.needsPermission("tts-connection.write"),
    RED.auth.needsPermission("flows.write"),
  ];

  RED.httpAdmin.post("/tts-connection/test", ...permitted, (request, response) => {
    const form = readFormRequest(request.body);
    if (!form) {
      refuse(request, response, 400, text("error.test.request"));
      return;
    }
    if (running >= MOST_AT_A_TIME) {
      refuse(request, response, 429, text("error.test.busy"));
      return;
    }
    const use = subjectOf(RED, form);
    running += 1;
    use.subject
      .then((known) => test(known, request, response))
      .catch(warnOfBug)
      .finally(() => {
        running -= 1;
        use.end().catch(warnOfBug);
      });
  });

  RED.httpAdmin.post("/tts-connection/key", ...permitted, (request, response) => {
    const form = readFormRequest(request.body);
    // A stored key was looked at when it was entered.
    if (!form || form.credentials.apiKey === STORED) {
      refuse(request, response, 400, text("error.test.request"));
      return;
    }
    if (running >= MOST_AT_A_TIME) {
      refuse(request, response, 429, text("error.test.busy"));
      return;
    }
    running += 1;
    const { properties, credentials } = filledIn(RED, form);
    const answer = (report: KeyReport): void => {
      running -= 1;
      response.set("Cache-Control", "no-store").json(report);
    };
    reportOnKey(properties, credentials, chosenTls(RED, properties.tls))
      .catch((): KeyReport => ({ answer: "unknown" }))
      .then(answer)
      .catch(warnOfBug);
  });
}

/** Answers line by line what becomes of each step. Resolves when it is over. */
async function test(subject: Subject, request: Request, response: Streamed): Promise<void> {
  // That the form is not complete is a result of its test.
  if (!subject.ok) {
    refuse(request, response, 200, subject.text);
    return;
  }
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const language = languageOf(request);
  const write = (line: ReportLine): void => {
    const told = "text" in line ? { ...line, text: worded(language, line.text) } : line;
    if (!gone.signal.aborted) response.write(`${JSON.stringify(told)}\n`);
  };
  // Line by line, also through a proxy that would rather collect.
  response.status(200).set({
    "Content-Type": "application/x-ndjson; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
  });
  const trial = trialOf(subject.settings);
  write({ steps: stepsOf(trial) });
  try {
    await tryConnection(trial, (step) => write(shownStep(step)), gone.signal);
    write({ end: true });
  } finally {
    response.end();
  }
}

/** As it may be shown: what is in it is from a server, or from the fields of a form. */
function shownStep({ facts, text: why, ...step }: StepResult): StepLine {
  return {
    ...step,
    ...(facts ? { facts: shownValues(facts) } : {}),
    ...(why ? { text: { key: why.key, values: shownValues(why.values) } } : {}),
  };
}

function trialOf(settings: ConnectionSettings): TrialSubject {
  const { keepalive } = settings;
  const stack = stackSettingsOf(settings);
  return {
    endpoint: endpointOf(settings),
    service: serviceOf(settings),
    keepalive,
    context: contextOf(settings, {}, Date.now()),
    api: stack && apiOf(stack)?.api,
  };
}
