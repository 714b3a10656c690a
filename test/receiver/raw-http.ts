import { connect } from "node:net";
import { parse } from "node:querystring";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import { AUTH_TOKEN } from "../support/twilio-client.ts";

export type RawAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
};

export const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * Sends raw bytes, which `fetch` can't do, and resolves with the response as soon as it is
 * complete, even if the request isn't.
 */
export async function sendRaw(
  origin: string,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname.replace(/[[\]]/g, ""));
  const answered = Promise.withResolvers<RawAnswer>();
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const answer = answerIn(received);
    if (answer) answered.resolve(answer);
  });
  socket.on("close", () =>
    answered.reject(new Error("The connection was closed.")),
  );
  socket.on("error", answered.reject);
  for (const part of parts) socket.write(part);
  try {
    return await answered.promise;
  } finally {
    socket.destroy();
  }
}

/** Returns the first response in `received`, once its body has the announced length. */
function answerIn(received: Buffer): RawAnswer | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine = "", ...lines] = received
    .toString("latin1", 0, headEnd)
    .split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const body = received.subarray(headEnd + 4);
  if (body.length < Number(headers.get("content-length") ?? 0))
    return undefined;
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: body.toString("utf8"),
  };
}

export type Post = {
  /** Including the query, exactly as in the request line. */
  readonly target: string;
  readonly body?: string | Uint8Array;
  /** The address that is signed, if it isn't the one that is called. */
  readonly signedUrl?: string;
  readonly headers?: readonly string[];
};

/** Posts a form byte for byte, signed by Twilio's SDK over what Node's parser reads in it. */
export function postRaw(
  origin: string,
  { target, body = "", signedUrl = origin + target, headers = [] }: Post,
): Promise<RawAnswer> {
  const bytes = Buffer.from(body);
  const head = [
    `POST ${target} HTTP/1.1`,
    `Host: ${new URL(origin).host}`,
    `Content-Type: ${FORM_TYPE}`,
    `Content-Length: ${bytes.length}`,
    `X-Twilio-Signature: ${signatureOf(signedUrl, bytes)}`,
    ...headers,
  ];
  return sendRaw(origin, `${head.join("\r\n")}\r\n\r\n`, bytes);
}

/** Returns the signature of a form as Express reads it and Twilio's SDK signs it. */
export function signatureOf(
  url: string,
  body: string | Uint8Array,
  authToken = AUTH_TOKEN,
): string {
  return getExpectedTwilioSignature(
    authToken,
    url,
    parse(Buffer.from(body).toString("utf8")),
  );
}
