/** The Test button: a real connection with the values in the form, and what becomes of each step as it is taken. */
import { apiUrl, isApiOff } from "../../../src/stack/apiAddress";
import { mayAsk } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";
import type { TextValues } from "../../../src/stack/explanation";
import { text } from "../../shared/editor/text";
import { CONNECTION_DEFAULTS, CONNECTION_SECRETS } from "../../../src/stack/connectionProperties";
import type { TrialStep } from "../../../src/stack/trial";
import type { ReportLine, StepLine } from "../report";
import { inWords, parse, reasonOf, inOwnLanguage } from "./ask";
import { traitsIn } from "./services";

const NAMES: Readonly<Record<TrialStep, string>> = {
  proxy: "step.proxy",
  name: "step.name",
  tcp: "step.tcp",
  tls: "step.tls",
  login: "step.login",
  read: "step.read",
  write: "step.write",
  topics: "step.topics",
};

type Outcome = StepLine["outcome"] | "waiting" | "skipped";

const OUTCOMES: Readonly<Record<Outcome, { readonly icon: string; readonly word: string }>> = {
  waiting: { icon: "fa-ellipsis-h", word: "step.waiting" },
  passed: { icon: "fa-check", word: "step.passed" },
  warning: { icon: "fa-exclamation-triangle", word: "step.warning" },
  failed: { icon: "fa-times", word: "step.failed" },
  unknown: { icon: "fa-question", word: "step.unknown" },
  skipped: { icon: "fa-minus", word: "step.skipped" },
};

/** What is worth telling of a step that passed. */
const DETAILS: Readonly<Partial<Record<TrialStep, string>>> = {
  proxy: "step.through",
  name: "step.found-at",
  tcp: "step.at-port",
  tls: "step.certificate",
  login: "step.signed-in-as",
};

interface Verdict {
  readonly words: string;
  readonly look: "tts-failed" | "tts-warned" | "tts-passed";
}

/** What is said of it all. */
const VERDICTS: Readonly<Record<"failed" | "warning" | "unknown" | "passed", Verdict>> = {
  failed: { words: "step.does-not-work", look: "tts-failed" },
  warning: { words: "step.works-with-warning", look: "tts-warned" },
  unknown: { words: "step.rights-unknown", look: "tts-warned" },
  passed: { words: "step.works", look: "tts-passed" },
};

/** A broker may grant what it never delivers, and knows nothing of the Console. */
const THROUGH_BROKER: Verdict = { words: "step.works-at-broker", look: "tts-passed" };

/** Outcomes that tell more than that it works, the gravest first. */
const WORSE = ["warning", "unknown"] as const;

const LOOKS = Object.values(VERDICTS)
  .map(({ look }) => look)
  .join(" ");

function detailOf(step: TrialStep, outcome: Outcome, facts: TextValues): string {
  const detail = DETAILS[step];
  const hasDetail = detail !== undefined && outcome !== "failed" && Object.keys(facts).length > 0;
  return hasDetail ? text(detail, facts) : "";
}

export class TestButton {
  readonly #form: Form;
  readonly #body: () => string;
  readonly #button = $("#tts-connection-test");
  readonly #steps = $("#tts-connection-steps");
  readonly #end = $("#tts-connection-test-end");
  #request: JQuery.jqXHR | undefined;
  #outcomes = new Map<TrialStep, Outcome>();
  #linesRead = 0;
  /** Node-RED tests with the TLS configuration that is deployed. */
  #isTlsChanged = false;

  /** @param body of the request, made when the button is pressed */
  constructor(form: Form, body: () => string) {
    this.#form = form;
    this.#body = body;
    this.#button.closest(".tts-test").toggle(mayAsk());
    // What a field does when it is left must not move the button away under the mouse.
    this.#button.on("mousedown", (event) => event.preventDefault());
    this.#button.on("click", () => {
      this.#button.trigger("focus");
      if (this.#request) this.stop();
      else this.#start();
    });
    for (const name of [...Object.keys(CONNECTION_DEFAULTS), ...CONNECTION_SECRETS])
      form.input(name).on("change input", () => this.#outdate());
    $("#tts-connection-topics").on("change input", () => this.#outdate());
  }

  /** Also what Node-RED has begun ends then. */
  stop(): void {
    this.#request?.abort();
  }

  #start(): void {
    this.#outcomes = new Map();
    this.#linesRead = 0;
    const tls = this.#form.isChecked("useTls") ? RED.nodes.node(this.#form.value("tls")) : undefined;
    this.#isTlsChanged = tls?.changed === true;
    this.#steps.empty().removeClass("tts-old");
    this.#end.text("").removeClass(LOOKS);
    this.#form.showAllReasons();
    this.#button.text(text("option.stop"));
    const xhr = new XMLHttpRequest();
    xhr.addEventListener("progress", () => this.#read(xhr.responseText));
    const request = $.ajax({
      url: inOwnLanguage("tts-connection/test"),
      method: "POST",
      contentType: "application/json",
      data: this.#body(),
      dataType: "text",
      xhr: () => xhr,
    });
    this.#request = request;
    request
      .done(() => this.#read(`${xhr.responseText}\n`))
      .fail((failed, status) => this.#conclude(status === "abort" ? text("step.stopped") : reasonOf(failed)))
      .always(() => {
        this.#request = undefined;
        this.#button.text(text("option.test"));
        // Ended without its last line: Node-RED was stopped meanwhile.
        if (this.#end.text() === "") this.#conclude(text("step.no-answer"));
      });
  }

  #read(received: string): void {
    const lines = received.split("\n").slice(0, -1);
    for (const line of lines.slice(this.#linesRead)) {
      const parsed = parse(line);
      if (isReportLine(parsed)) this.#take(parsed);
    }
    this.#linesRead = lines.length;
  }

  #take(line: ReportLine): void {
    if ("steps" in line) for (const step of line.steps) this.#add(step);
    else if ("end" in line) this.#conclude();
    else if ("refused" in line) this.#conclude(inWords(line.refused));
    else this.#show(line);
  }

  #add(step: TrialStep): void {
    this.#outcomes.set(step, "waiting");
    const item = $("<li>", { id: `tts-connection-step-${step}` });
    $("<i>", { "aria-hidden": "true" }).appendTo(item);
    $("<span>", { class: "tts-step-outcome" }).appendTo(item);
    $("<span>", { class: "tts-step-name" }).text(text(NAMES[step])).appendTo(item);
    $("<span>", { class: "tts-step-detail" }).appendTo(item);
    $("<div>", { class: "tts-step-text" }).appendTo(item);
    item.appendTo(this.#steps);
    this.#mark(step, "waiting");
  }

  #mark(step: TrialStep, outcome: Outcome): JQuery {
    this.#outcomes.set(step, outcome);
    const { icon, word } = OUTCOMES[outcome];
    const item = $(`#tts-connection-step-${step}`).attr("class", `tts-step-is-${outcome}`);
    item.children("i").attr("class", `fa ${icon}`);
    item.children(".tts-step-outcome").text(text(word));
    return item;
  }

  #show({ step, outcome, facts = {}, text: why }: StepLine): void {
    const item = this.#mark(step, outcome);
    item
      .children(".tts-step-detail")
      .text(outcome === "unknown" ? this.#whyUnknown : detailOf(step, outcome, facts));
    item.children(".tts-step-text").text(why === undefined ? "" : inWords(why));
  }

  get #whyUnknown(): string {
    const [api, host] = [this.#form.value("api"), this.#form.value("host")];
    return isApiOff(api)
      ? text("step.api-off")
      : text("step.api-silent", { api: apiUrl(api, host) ?? (api || host) });
  }

  /** @param why it ended before its end */
  #conclude(why?: string): void {
    const outcomes = [...this.#outcomes.values()];
    for (const [step, outcome] of this.#outcomes) if (outcome === "waiting") this.#mark(step, "skipped");
    const isFailed = outcomes.includes("failed") || outcomes.includes("waiting") || why !== undefined;
    const verdict = isFailed ? "failed" : (WORSE.find((outcome) => outcomes.includes(outcome)) ?? "passed");
    const { words, look } =
      verdict === "passed" && traitsIn(this.#form).throughBroker ? THROUGH_BROKER : VERDICTS[verdict];
    const told = why ?? text(words);
    this.#end.text(this.#isTlsChanged ? `${told} ${text("step.tls-changed")}` : told).addClass(look);
    this.#end[0]?.scrollIntoView({ block: "nearest" });
  }

  /** What was found is no longer of what stands in the form. */
  #outdate(): void {
    this.stop();
    if (this.#outcomes.size === 0 || this.#steps.hasClass("tts-old")) return;
    this.#steps.addClass("tts-old");
    this.#end.text(text("step.outdated")).removeClass(LOOKS);
  }
}

const isReportLine = (value: unknown): value is ReportLine =>
  typeof value === "object" &&
  value !== null &&
  ["steps", "step", "refused", "end"].some((name) => name in value);
