/** The API key: what is wrong with how it looks, and what the stack says of it. */
import { apiHost } from "../../../src/stack/apiAddress";
import { apiKeyForm, type ApiKeyForm } from "../../../src/stack/identifiers";
import { mayAsk } from "../../shared/editor/admin";
import type { Form } from "../../shared/editor/form";
import * as rules from "../../shared/editor/rules";
import { text } from "../../shared/editor/text";
import type { KeyReport } from "../report";
import { inOwnLanguage, reasonOf } from "./ask";
import { isHidden } from "./server";
import { traitsIn } from "./services";

/** What is said about a key that does not look like one; it may still be right on a deployment of its own. */
const HINTS: Readonly<Partial<Record<ApiKeyForm, string>>> = {
  access_key_v2: "hint.key-access-key-v2",
  key_id: "hint.key-id",
  cut_off: "hint.key-cut-off",
  other: "hint.key-other",
};

const INVALID: Readonly<Record<string, string>> = {
  api_key_not_found: "hint.key-not-found",
  api_key_expired: "hint.key-expired",
  invalid_authorization: "hint.key-wrong-end",
  token: "hint.key-other",
};

export class KeyField {
  readonly #form: Form;
  readonly #body: () => string;
  readonly #hint = $("#tts-connection-key-hint");
  readonly #facts = $("#tts-connection-key-facts");
  readonly #link = $("#tts-connection-key-link");
  #hostChosen: boolean;
  #request: JQuery.jqXHR | undefined;
  #doLink: () => void = () => undefined;

  /**
   * @param body of the request, made when it is sent
   * @param hostChosen the host was chosen before; one that only stands there as the default gets no key unasked
   */
  constructor(form: Form, body: () => string, hostChosen: boolean) {
    this.#form = form;
    this.#body = body;
    this.#hostChosen = hostChosen;
    form.follow(["apiKey", "service"], () => this.#showHint());
    form.input("host").on("input", () => this.chooseHost());
    form.input("apiKey").on("change", () => {
      this.#forget();
      if (!this.#canAsk) return;
      // Where an imported flow names another place, a person has to look at it first.
      if (this.#hostChosen && form.value("api").trim() === "") this.#ask();
      else this.#offerToAsk();
    });
    for (const name of ["host", "api", "useTls", "tls"])
      form.input(name).on("change", () => {
        this.#forget();
        // A key must not go to every cluster that the user looks at in the list.
        if (this.#canAsk) this.#offerToAsk();
      });
    form.input("service").on("change", () => this.#forget());
    this.#link.on("click", () => this.#doLink());
    this.#forget();
  }

  chooseHost(): void {
    this.#hostChosen = true;
  }

  stop(): void {
    this.#request?.abort();
  }

  #showHint(): void {
    const key = this.#form.value("apiKey");
    const hint = HINTS[apiKeyForm(key)];
    const isShown = hint !== undefined && traitsIn(this.#form).isStackServer && !isHidden(key);
    this.#hint.text(isShown ? text(hint) : "");
  }

  get #canAsk(): boolean {
    const form = this.#form;
    const { isStackServer, builtIn } = traitsIn(form);
    return (
      mayAsk() &&
      isStackServer &&
      !builtIn &&
      apiKeyForm(form.value("apiKey")) === "api_key" &&
      rules.host(form.value("host")) === undefined &&
      this.#host !== ""
    );
  }

  #forget(): void {
    this.stop();
    this.#facts.text("").addClass("tts-note");
    this.#offer();
  }

  #offer(words = "", act: () => void = () => undefined): void {
    this.#link.text(words).toggle(words !== "");
    this.#doLink = act;
  }

  /** The host that would be asked, as its name is on the network; empty for none. */
  get #host(): string {
    return apiHost(this.#form.value("api"), this.#form.value("host"));
  }

  #offerToAsk(): void {
    this.#offer(text("option.ask-about-key", { host: this.#host }), () => this.#ask());
  }

  #ask(): void {
    this.#offer();
    this.#facts.text(text("line.key-asking", { host: this.#host }));
    const request = $.ajax({
      url: inOwnLanguage("tts-connection/key"),
      method: "POST",
      contentType: "application/json",
      data: this.#body(),
      dataType: "json",
    });
    this.#request = request;
    request
      .done((report: KeyReport) => this.#show(report))
      .fail((failed, status) => this.#facts.text(status === "abort" ? "" : reasonOf(failed)));
  }

  #show(report: KeyReport): void {
    if (report.answer === "unknown") this.#facts.text(text("line.key-unknown", { host: this.#host }));
    else if (report.answer === "invalid")
      this.#facts.text(text(INVALID[report.why] ?? "hint.key-other", { host: this.#host }));
    else this.#showKnown(report);
  }

  #showKnown({
    keyName,
    owner,
    mayRead,
    mayWrite,
    expiresAt,
  }: Extract<KeyReport, { answer: "known" }>): void {
    const may = (right: boolean | undefined, yes: string, no: string): string[] =>
      right === undefined ? [] : [text(right ? yes : no)];
    const parts = [
      text("line.key-of", { key: keyName, owner: owner.id }),
      ...may(mayRead, "line.key-reads", "line.key-reads-not"),
      ...may(mayWrite, "line.key-sends", "line.key-sends-not"),
      ...(expiresAt === undefined
        ? []
        : [text("line.key-until", { until: new Date(expiresAt).toISOString().slice(0, 10) })]),
    ];
    const lacksRight = mayRead === false || mayWrite === false;
    this.#facts.text(parts.join(" · ")).toggleClass("tts-note", !lacksRight);
    if (owner.kind !== "application") return;
    const form = this.#form;
    const given = form.value("applicationId");
    const enter = (): void => {
      form.set("applicationId", owner.id);
      this.#offer();
    };
    if (given === "") enter();
    else if (given !== owner.id && !isHidden(given))
      this.#offer(text("option.use-application", { application: owner.id }), enter);
  }
}
