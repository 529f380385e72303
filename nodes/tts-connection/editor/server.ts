/** How the form shows a server. */
import { usualPort } from "../../../src/stack/address";
import type { Form } from "../../shared/editor/form";
import { isEnvironmentVariable } from "../../shared/editor/rules";

/** A value from outside: a password the editor only knows the existence of, or an environment variable. */
export const isHidden = (value: string): boolean => value === "__PWRD__" || isEnvironmentVariable(value);

/** IPv6 addresses in brackets. */
export const shownHost = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** `host:port`, also where the port is the usual one. */
export const serverIn = (form: Form): string =>
  `${shownHost(form.value("host"))}:${form.value("port") || usualPort(form.isChecked("useTls"))}`;
