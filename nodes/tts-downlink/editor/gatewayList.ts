/** Class B and C: the list of gateways in the order of preference. */
import { nameRemoval, onceChanged, rowsIn } from "../../shared/editor/listRows";
import { textsOf } from "../../shared/editor/text";

/** A gateway as it stands in a flow. */
interface Gateway {
  id: string;
  antennaIndex?: number;
  groupIndex?: number;
}

/** A row while it is edited: what is typed, right or wrong. */
interface Row {
  readonly id: string;
  readonly antennaIndex: string;
  readonly groupIndex: string;
}

const say = textsOf("tts-downlink");

const FIELDS = ["id", "antennaIndex", "groupIndex"] as const;

type Field = (typeof FIELDS)[number];

const LABEL_KEYS: Readonly<Record<Field, string>> = {
  id: "label.gateway-id",
  antennaIndex: "label.antenna",
  groupIndex: "label.group",
};

const asText = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

const toRow = (gateway: unknown): Row => {
  const field = (name: Field): string =>
    typeof gateway === "object" && gateway !== null ? asText(Reflect.get(gateway, name)) : "";
  return { id: field("id"), antennaIndex: field("antennaIndex"), groupIndex: field("groupIndex") };
};

const toGateway = ({ id, antennaIndex, groupIndex }: Row): Gateway => ({
  id,
  ...(antennaIndex === "" ? {} : { antennaIndex: Number(antennaIndex) }),
  ...(groupIndex === "" ? {} : { groupIndex: Number(groupIndex) }),
});

const isEmpty = (row: Row): boolean => FIELDS.every((field) => row[field] === "");

/** The list as it stands in a flow; anything else is none. */
const readGateways = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export class GatewayList {
  readonly #list: JQuery;
  readonly #offer: (input: JQuery) => void;
  #listener = (): void => undefined;

  /** @param offer makes the field of an ID offer what was seen */
  constructor(list: JQuery, gateways: unknown, offer: (input: JQuery) => void) {
    this.#list = list;
    this.#offer = offer;
    const header = $("<div>", { class: "tts-gateway" }).append(
      FIELDS.map((field) => $("<span>").text(say(LABEL_KEYS[field]))),
    );
    list.editableList({
      header,
      height: "auto",
      sortable: true,
      removable: true,
      scrollOnAdd: false,
      addItem: (container: JQuery, _index: number, gateway: object) => this.#fill(container, gateway),
      // Both are called before the list has changed.
      removeItem: () => onceChanged(list, () => this.#listener()),
      sortItems: () => onceChanged(list, () => this.#listener()),
    });
    list.editableList(
      "addItems",
      readGateways(gateways).filter((gateway) => typeof gateway === "object" && gateway !== null),
    );
  }

  /** Calls `listener` now and after every change. */
  follow(listener: () => void): void {
    this.#listener = listener;
    listener();
  }

  /** The property, without rows that were left empty. What is no number stays out. */
  gateways(): Gateway[] {
    return this.#rows()
      .filter((row) => !isEmpty(row))
      .map(toGateway);
  }

  #rows(): Row[] {
    return rowsIn(this.#list).map((item) => {
      const value = (field: Field): string => asText(item.find(`[data-field='${field}']`).val()).trim();
      return { id: value("id"), antennaIndex: value("antennaIndex"), groupIndex: value("groupIndex") };
    });
  }

  #fill(container: JQuery, gateway: object): void {
    const row = toRow(gateway);
    const inputs = FIELDS.map((field) =>
      $("<input>", {
        type: "text",
        "data-field": field,
        "aria-label": say(LABEL_KEYS[field]),
        placeholder: field === "id" ? say("placeholder.gateway-id") : "",
        spellcheck: "false",
        ...(field === "id" ? {} : { inputmode: "numeric" }),
      })
        .val(row[field])
        .on("change keyup input", () => this.#listener()),
    );
    container.append($("<div>", { class: "tts-gateway" }).append(inputs));
    nameRemoval(container);
    this.#offer(container.find("[data-field='id']"));
  }
}
