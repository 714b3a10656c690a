/** The timeout of a request. */
const TIMEOUT_MS = 8_000;
/** The maximum bytes read from a response. */
const ANSWER_BYTES_MAX = 64 * 1024;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** Why there was no response. */
export type CallFault =
  | "name not found"
  | "refused"
  | "unreachable"
  | "certificate expired"
  | "certificate of another name"
  | "certificate not trusted"
  | "no TLS"
  | "timeout"
  | "cut off";

/** Sends a request without following redirects. */
export async function call(
  url: URL | string,
  init: RequestInit = {},
): Promise<Answer | CallFault> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...init,
    });
    const { status, headers } = response;
    return { status, headers, text: await beginningOf(response) };
  } catch (error) {
    return faultOf(error);
  }
}

async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).toString();
}

function faultOf(error: unknown): CallFault {
  if (!(error instanceof Error)) throw error;
  if (error.name === "TimeoutError") return "timeout";
  const code =
    "code" in error && typeof error.code === "string" ? error.code : "";
  return FAULTS.find(([codes]) => codes.test(code))?.[1] ?? "cut off";
}

/** By the runtime's error codes. */
const FAULTS: readonly (readonly [codes: RegExp, fault: CallFault])[] = [
  [/^(?:ENOTFOUND|EAI_)/, "name not found"],
  [/^ECONNREFUSED/, "refused"],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN)/, "unreachable"],
  [/^ETIMEDOUT/, "timeout"],
  [/^CERT_HAS_EXPIRED/, "certificate expired"],
  [/ALTNAME|HOSTNAME/, "certificate of another name"],
  [/CERT|UNABLE_TO_/, "certificate not trusted"],
  [/^EPROTO|SSL|TLS/, "no TLS"],
];

/** Returns a response's JSON object; undefined if it isn't one. */
export function jsonOf({ text }: Answer): Record<string, unknown> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? { ...body } : undefined;
  } catch {
    return undefined;
  }
}
