import { once } from "node:events";
import {
  SMTPServer,
  type SMTPServerOptions,
  type SMTPServerSession,
} from "smtp-server";
import PostalMime, { type Email } from "postal-mime";

/** A mail that the server took. */
export type Taken = {
  readonly from: string;
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  readonly raw: string;
  readonly email: Email;
};

/** Starts a real mail server on loopback. Hold it with `await using`. */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const taken: Taken[] = [];
  const commands: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    ...options,
    onMailFrom(address, session, callback) {
      commands.push(`MAIL FROM ${address.address}`);
      if (options.onMailFrom) options.onMailFrom(address, session, callback);
      else callback();
    },
    onData(stream, session, callback) {
      if (options.onData) {
        options.onData(stream, session, callback);
        return;
      }
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const raw = Buffer.concat(chunks).toString();
        void PostalMime.parse(raw).then((email) => {
          taken.push({ ...envelopeOf(session), raw, email });
          callback(null);
        }, callback);
      });
    },
  });
  // A handshake that fails is an error of the server, too.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const address = server.server.address();
  if (address === null || typeof address === "string")
    throw new Error("no port");
  return {
    port: address.port,
    taken,
    commands,
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>();
      server.close(closed.resolve);
      await closed.promise;
    },
  };
}

function envelopeOf({ envelope, secure, user }: SMTPServerSession) {
  return {
    from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
    to: envelope.rcptTo.map((recipient) => recipient.address),
    isEncrypted: secure,
    user: typeof user === "string" ? user : undefined,
  };
}

/** An error as a mail server answers it. */
export function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
