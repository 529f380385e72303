import { SERVICE_TRAITS } from "../stack/services";
import type { ConnectionProblem } from "../connection/problem";
import type { ProxyFault, ProxyFaultName } from "../connection/proxy/fault";
import type { ProxyServer } from "../connection/proxy/server";
import { clusterOfHost, nearestHost } from "../stack/clusters";
import type { Explanation, TextValues } from "../stack/explanation";
import { explainCertificate, probeCertificate } from "./certificate";
import { explanations, isStackItself, type ConnectionContext } from "./context";
import { explainKeyForm, explainLoginRefused } from "./loginRefused";
import { shownText } from "../stack/shown";
import type { StackApi } from "./stackApi";
import { publicV2Gone } from "./v2";

export type { ConnectionContext } from "./context";

const failed = explanations("connection_failed");
const refused = explanations("connection_refused");
const topicRefused = explanations("subscription_refused");

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;
/** Where people read, choose a cluster or sign in: their addresses stand in the same bar of the browser as that of the Console. */
const WEB_PAGE =
  /^(?:(?:www|console|account|id)\.)?(?:(?:cloud\.)?thethings\.(?:network|industries)|thethingsnetwork\.org|thethingsindustries\.com)$/i;
const CLOUD = /\.cloud\.thethings\.industries$/i;
const UNREACHABLE = /^E(HOST|NET)(UNREACH|DOWN)$/;
const CLIENT_CERTIFICATE =
  /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ALERT_HANDSHAKE_FAILURE/;
const VERSIONS = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|INSUFFICIENT_SECURITY|NO_SHARED_CIPHER|INAPPROPRIATE/;
/** OpenSSL could not read what was given to it. */
const OWN_FILES = /^ERR_(OSSL|CRYPTO)|PEM|KEY_VALUES_MISMATCH|BAD_DECRYPT|NOT_ENOUGH_DATA/;

function hostNotFound(
  errorCode: string,
  { host, service }: ConnectionContext,
  values: TextValues,
): Explanation {
  if (errorCode.startsWith("EAI_")) return failed("error.host-not-found.no-name-server", values);
  if (!SERVICE_TRAITS[service].isStackServer) return failed("error.host-not-found.server", values);
  const near = nearestHost(host);
  if (near !== undefined) return failed("error.host-not-found.near", { ...values, near });
  if (clusterOfHost(host)?.plan === "sandbox") return failed("error.host-not-found.known", values);
  if (CLOUD.test(host)) return failed("error.host-not-found.cloud", values);
  return failed("error.host-not-found.unknown", values);
}

function webPage(
  host: string,
  service: ConnectionContext["service"],
  values: TextValues,
): Explanation | undefined {
  const isPage = SERVICE_TRAITS[service].isStackServer && WEB_PAGE.test(host);
  return isPage ? failed("error.no-connection.web-page", values) : undefined;
}

function noConnection(errorCode: string, { host }: ConnectionContext, values: TextValues): Explanation {
  if (errorCode === "ECONNREFUSED")
    return LOCAL.test(host)
      ? failed("error.no-connection.local", values)
      : failed("error.no-connection.refused", values);
  if (errorCode === "ETIMEDOUT") return failed("error.no-connection.timeout", values);
  if (UNREACHABLE.test(errorCode)) return failed("error.no-connection.unreachable", values);
  return failed("error.no-connection.other", values);
}

const PROXY_FAULTS: Readonly<Record<ProxyFaultName, string>> = {
  not_found: "error.proxy.not-found",
  unreachable: "error.proxy.unreachable",
  tls: "error.proxy.tls",
  no_answer: "error.proxy.no-answer",
  closed: "error.proxy.closed",
  login_needed: "error.proxy.login-needed",
  login_refused: "error.proxy.login-refused",
  target_refused: "error.proxy.target-refused",
  target_unreachable: "error.proxy.target-unreachable",
  not_a_proxy: "error.proxy.not-a-proxy",
};

/** @param proxy with its scheme: an HTTP proxy that is asked as SOCKS says nothing either */
function proxyFailed(
  { fault, detail }: ProxyFault,
  proxy: ProxyServer | undefined,
  values: TextValues,
): Explanation {
  const more = { proxy: shownText(proxy?.shown ?? "?", 120), detail: shownText(detail ?? "?") };
  return failed(PROXY_FAULTS[fault], { ...values, ...more });
}

const closed = (isStack: boolean, values: TextValues): Explanation =>
  isStack ? failed("error.closed.stack", values) : failed("error.closed.server", values);

/** @param hasOwn a client certificate is chosen */
function tlsFailed(errorCode: string, hasOwn: boolean, values: TextValues): Explanation {
  if (VERSIONS.test(errorCode)) return failed("error.tls-failed.version", values);
  if (CLIENT_CERTIFICATE.test(errorCode))
    return hasOwn
      ? failed("error.tls-failed.client-certificate-refused", values)
      : failed("error.tls-failed.client-certificate", values);
  if (OWN_FILES.test(errorCode)) return failed("error.tls-failed.own-files", values);
  return failed("error.tls-failed.other", values);
}

/**
 * Says what is wrong with a connection, why as far as can be found out, and what to do. Asks the server for its certificate or the
 * stack's API for the key where that helps, three seconds at most. Never rejects; holds no secret.
 * @param api absent where it is switched off, and for services other than `stack`
 */
export async function explainProblem(
  problem: ConnectionProblem,
  context: ConnectionContext,
  api: StackApi | undefined,
): Promise<Explanation> {
  const { host, port, useTls, service } = context;
  const { isStackServer: isStack, generation } = SERVICE_TRAITS[service];
  const server = {
    host: shownText(host),
    port,
    applicationId: shownText(context.applicationId),
    userName: shownText(context.userName),
  };
  const gone = generation === "v2" ? publicV2Gone(host, server) : webPage(host, service, server);
  switch (problem.problem) {
    case "host_not_found":
      return gone ?? hostNotFound(problem.errorCode, context, server);
    case "no_connection":
      return (
        gone ??
        noConnection(problem.errorCode, context, { ...server, errorCode: shownText(problem.errorCode) })
      );
    case "proxy":
      return proxyFailed(problem, context.proxy, server);
    case "tls_mismatch":
      if (useTls) return failed("error.tls-mismatch.with-tls", server);
      // A server that takes no more connections ends them at once as well.
      return (await probeCertificate(context, context.now))
        ? failed("error.tls-mismatch.without-tls", server)
        : closed(isStack, server);
    case "certificate":
      return explainCertificate(problem.errorCode, context);
    case "tls_failed":
      return tlsFailed(problem.errorCode, context.tls?.cert !== undefined, {
        ...server,
        errorCode: shownText(problem.errorCode),
      });
    case "no_answer":
      return failed("error.no-answer", server);
    case "closed":
      return closed(isStack, server);
    case "protocol_refused":
      return refused("error.protocol-refused", server);
    case "limit_reached":
      return isStack
        ? refused("error.limit-reached.stack", server)
        : refused("error.limit-reached.server", server);
    case "login_refused":
      return explainLoginRefused(problem.returnCode, context, api);
    case "key_form":
      return explainKeyForm(problem.returnCode, problem.form, context, api);
    case "topic_refused": {
      const values = { ...server, filter: shownText(problem.filter, 120) };
      if (!isStack && isStackItself(context)) return topicRefused("error.topic-refused.at-stack", values);
      if (problem.closed) return topicRefused("error.topic-refused.closed", values);
      return isStack
        ? topicRefused("error.topic-refused.stack", values)
        : topicRefused("error.topic-refused.server", values);
    }
    case "server_silent":
      return failed("error.server-silent", server);
    case "connection_lost":
      return problem.soon && context.clientId !== undefined
        ? failed("error.client-id-taken", { ...server, clientId: shownText(context.clientId) })
        : failed("error.connection-lost", server);
    case "too_large":
      return failed("error.too-large", { ...server, megabytes: problem.megabytes });
  }
}
