import type { CommandOption, EntityOption } from "../../src/homeassistant/options";

/** The properties of `tts-home-assistant`, as they stand in a flow. */
export interface HomeAssistantProperties {
  name: string;
  /** Of discovery topics, as set in Home Assistant. */
  prefix: string;
  /** What the topics of states and commands begin with. */
  base: string;
  /** Said of single fields, in place of what is recognised. */
  entities: EntityOption[];
  /** Recognises what a field is. */
  automatic: boolean;
  /** RSSI, SNR, battery, last seen, gateways. */
  diagnostics: boolean;
  commands: CommandOption[];
  /** Seconds until a value no longer counts; empty: from the interval of the device; 0: never. */
  expireAfter: string;
}

/** A property that is missing in a flow has this value at run time. */
export const HOME_ASSISTANT_DEFAULTS: HomeAssistantProperties = {
  name: "",
  prefix: "homeassistant",
  base: "tts",
  entities: [],
  automatic: true,
  diagnostics: true,
  commands: [],
  expireAfter: "",
};
