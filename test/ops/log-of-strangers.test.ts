import { expect, test } from "bun:test";
import { connect } from "node:net";
import { PROGRAM, start } from "../cli/program.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN } from "../support/twilio-client.ts";
import { FORM_TYPE } from "../receiver/raw-http.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";

const LENGTH = "Content-Length: 100";
const CHUNKED = "Transfer-Encoding: chunked";

/** Requests whose bodies never end. */
const UPLOADS = [WEBHOOK_PATHS.sms, "/login", "/messages", "/nothing-here"].map(
  (path) => [path, LENGTH, CHUNKED] as const,
);

/** Sends part of a request, then hangs up. */
function abortUpload(port: number, path: string, framing: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const body = framing === CHUNKED ? "3\r\na=1\r\n" : "a=1";
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Content-Type: ${FORM_TYPE}`,
    framing,
  ];
  const socket = connect(port, "127.0.0.1", () => {
    socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  });
  socket.on("close", () => resolve());
  socket.on("error", () => resolve());
  return promise;
}

test.each(["none", "password"])(
  "clients that disconnect while they send write no line that counts, with SIGN_IN=%s",
  async (signIn) => {
    using folder = tempDir();
    await using server = await start(PROGRAM, ["serve"], {
      env: {
        PORT: "0",
        LOG_FORMAT: "json",
        LOG_LEVEL: "debug",
        SIGN_IN: signIn,
        TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
        DATABASE_URL: `${folder.path}/smsledger.db`,
      },
    });
    const port = Number(new URL(server.origin).port);
    const disconnected = () =>
      server.output().match(/a client disconnected before/g)?.length ?? 0;
    for (const [path, ...framings] of UPLOADS)
      for (const framing of framings) {
        const before = disconnected();
        await abortUpload(port, path, framing);
        await until(async () => {
          expect(disconnected()).toBe(before + 1);
        });
      }
    expect(server.output()).not.toMatch(/"level":"error"|a request failed/);
  },
);
