/**
 * The ways to The Things Stack, and what is different about each. Other code asks for a trait, never for a name: another
 * service is another line here. Usable in the browser.
 */
import type { IdentifierForm } from "./identifiers";

export interface ServiceTraits {
  /** Whose rules and words count: those of The Things Stack, or of The Things Network V2. */
  readonly generation: IdentifierForm;
  /** It is The Things Stack's own server, with tenants, rights of keys, a Console and an HTTP API. */
  readonly isStackServer: boolean;
  /** A broker of the user's own stands between: it knows of no devices and no rights. */
  readonly throughBroker: boolean;
  /** It comes with this package and runs in this process: nothing has to be entered, and no key is needed. */
  readonly builtIn: boolean;
  /** Whose messages come. */
  readonly sender: string;
}

export type ServiceName = "stack" | "pubsub" | "v2" | "demo";

export const SERVICE_TRAITS: Readonly<Record<ServiceName, ServiceTraits>> = {
  stack: {
    generation: "v3",
    isStackServer: true,
    throughBroker: false,
    builtIn: false,
    sender: "The Things Stack",
  },
  pubsub: {
    generation: "v3",
    isStackServer: false,
    throughBroker: true,
    builtIn: false,
    sender: "The Things Stack",
  },
  v2: { generation: "v2", isStackServer: false, throughBroker: false, builtIn: false, sender: "TTN V2" },
  demo: {
    generation: "v3",
    isStackServer: true,
    throughBroker: false,
    builtIn: true,
    sender: "The Things Stack",
  },
};

export const isServiceName = (value: unknown): value is ServiceName =>
  typeof value === "string" && Object.hasOwn(SERVICE_TRAITS, value);

/** Of a property as it stands in a flow; anything else has those of the usual service. */
export const traitsOf = (service: unknown): ServiceTraits =>
  SERVICE_TRAITS[isServiceName(service) ? service : "stack"];

export const SERVICES: readonly ServiceName[] = Object.keys(SERVICE_TRAITS).filter(isServiceName);
