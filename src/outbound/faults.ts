/** Why a request got no response, as a code for logs and the API, with its words for people. */
export const FAULT_WORDS = {
  url_invalid:
    "The URL isn't one that smsledger can send to. It must start with https:// and name a host.",
  url_with_credentials:
    "The URL contains a user name or password. Remove them from it.",
  http_not_allowed:
    "An http:// URL is only used for an address that FORWARD_ALLOW lists. Use https://, or add the address to FORWARD_ALLOW.",
  dns_not_found: "The host name has no address in DNS. Check its spelling.",
  dns_failed:
    "The host name couldn't be looked up. Check the DNS server of this machine.",
  address_not_allowed:
    "The host has a private or loopback address. To send there, add the address or its network to FORWARD_ALLOW.",
  address_never_allowed:
    "The host has an address that smsledger never sends to: link-local, of a cloud's metadata service, multicast, or reserved.",
  connection_refused:
    "The host refused the connection. Check the port, and that the receiver is running.",
  unreachable:
    "There is no route to the host. Check its address, this machine's network and firewalls.",
  not_permitted:
    "This machine doesn't let smsledger connect to the host. Check IPAddressDeny in its systemd unit, and its firewall.",
  connection_reset:
    "The host closed the connection before it sent a complete response.",
  timeout: "The host didn't respond in time.",
  tls_expired: "The host's TLS certificate has expired.",
  tls_not_yet_valid:
    "The host's TLS certificate isn't valid yet. Check the clocks of both machines.",
  tls_name_mismatch: "The host's TLS certificate is for another name.",
  tls_untrusted:
    "The host's TLS certificate isn't from a trusted authority, or the host doesn't send its intermediate certificate. If the authority is your own, name its file in NODE_EXTRA_CA_CERTS and restart smsledger.",
  tls_failed:
    "The TLS handshake failed. Check that the port serves https, with TLS 1.2 or later.",
  response_too_large: "The response's headers are too large.",
  response_invalid: "The response isn't valid HTTP.",
  stopped: "smsledger stopped before the host responded.",
  failed: "The request failed for an unknown reason.",
} as const;

export type SendFault = keyof typeof FAULT_WORDS;

/** What `send` throws inside, where it finds the fault itself. */
export class SendError extends Error {
  override readonly name = "SendError";
  constructor(readonly fault: SendFault) {
    super(FAULT_WORDS[fault]);
  }
}

/** Returns the fault behind an error of the resolver or of `fetch`. */
export function faultOf(error: unknown): SendFault {
  if (error instanceof SendError) return error.fault;
  if (!(error instanceof Error)) return "failed";
  if (error.name === "TimeoutError") return "timeout";
  if (error.name === "AbortError") return "stopped";
  const code =
    "code" in error && typeof error.code === "string" ? error.code : "";
  return FAULTS.find(([codes]) => codes.test(code))?.[1] ?? "failed";
}

/** By the runtime's error codes. */
const FAULTS: readonly (readonly [codes: RegExp, fault: SendFault])[] = [
  [/^(?:DNS_)?(?:ENOTFOUND|ENODATA|ENONAME|EBADNAME)$/, "dns_not_found"],
  [/^(?:DNS_|EAI_)/, "dns_failed"],
  [/^ECONNREFUSED$/, "connection_refused"],
  [/^(?:EACCES|EPERM)$/, "not_permitted"],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, "unreachable"],
  [/^ETIMEDOUT$/, "timeout"],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED|ConnectionClosed)$/, "connection_reset"],
  [/^CERT_HAS_EXPIRED$/, "tls_expired"],
  [/^CERT_NOT_YET_VALID$/, "tls_not_yet_valid"],
  [/ALTNAME|HOSTNAME_MISMATCH/, "tls_name_mismatch"],
  [/CERT|UNABLE_TO_|SELF_SIGNED|^INVALID_(?:CA|PURPOSE)/, "tls_untrusted"],
  [/^EPROTO|SSL|TLS/, "tls_failed"],
  [/HeadersTooLarge/, "response_too_large"],
  [/HTTP|Upgrade|Chunk|Decompress|Response/i, "response_invalid"],
];
