/**
 * Parses the settings for email. Each function throws an Error whose message completes
 * "NAME: …" and doesn't repeat the text, which has a password in it.
 */

/** A server that sends email. */
export type MailServer = {
  readonly host: string;
  readonly port: number;
  /**
   * `tls`: from the start. `starttls`: before anything else is sent, or nothing is. `none`: not
   * encrypted, which is only possible without signing in.
   */
  readonly security: "tls" | "starttls" | "none";
  /** Undefined: without signing in. */
  readonly login:
    { readonly user: string; readonly password: string } | undefined;
};

/** Whom email is from: `smsledger <alerts@example.com>`. */
export type Sender = {
  readonly name: string | undefined;
  readonly address: string;
};

const SMTP_EXAMPLE = "smtps://user:password@mail.example.com";

/** An address such as `smtps://user:password@mail.example.com:465`. */
export function smtpUrl(text: string): MailServer {
  const given = text.trim();
  const scheme = /^(smtps?):\/\//i.exec(given)?.[1]?.toLowerCase();
  if (scheme === undefined)
    throw new Error(`must start with smtp:// or smtps://, as ${SMTP_EXAMPLE}`);
  const url = URL.parse(given);
  // URL leaves the host of an unusual scheme as it is.
  const host = URL.parse(`http://${url?.hostname}`)?.hostname;
  if (!url || url.hostname === "" || host === undefined)
    throw new Error(
      `must have a host and a valid port, as ${SMTP_EXAMPLE}:465. ` +
        "In the user name and password, write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, and % as %25",
    );
  if (
    !/^\/?$/.test(url.pathname) ||
    !(url.search === "" || url.search === STARTTLS_OFF) ||
    url.hash !== ""
  )
    throw new Error(
      `can't have a path, a fragment (#), or a query (?) other than ${STARTTLS_OFF}. In the user name and password, write / as %2F, ? as %3F, and # as %23`,
    );
  const login = loginOf(url);
  return {
    host: host.replace(/^\[|\]$/g, ""),
    port: portOf(url, scheme),
    security: securityOf(url, scheme, login),
    login,
  };
}

const STARTTLS_OFF = "?starttls=off";

function securityOf(
  { search }: URL,
  scheme: string,
  login: MailServer["login"],
): MailServer["security"] {
  if (search === "") return scheme === "smtps" ? "tls" : "starttls";
  if (scheme === "smtps")
    throw new Error(`can have ${STARTTLS_OFF} only with smtp://`);
  if (login)
    throw new Error(
      `can't have ${STARTTLS_OFF} with a password, which would be readable on the way`,
    );
  return "none";
}

function portOf({ port }: URL, scheme: string): number {
  if (port === "0") throw new Error("can't have port 0");
  if (port !== "") return Number(port);
  return scheme === "smtps" ? 465 : 587;
}

function loginOf({ username, password }: URL): MailServer["login"] {
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "")
    throw new Error(`must have both a user name and a password, or neither`);
  try {
    return {
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
    };
  } catch {
    throw new Error(
      "has a % in its user name or password that begins no escape; write it as %25",
    );
  }
}

const ADDRESS =
  /^[^\s@<>()[\],;:"\\\p{C}]{1,64}@[^\s@<>()[\],;:"\\\p{C}]{1,255}$/u;

/** An email address, with or without a name before it. */
export function sender(text: string): Sender {
  const given = text.trim();
  const [, name, inBrackets] = /^(.*?)\s*<([^<>]*)>$/u.exec(given) ?? [];
  const address = inBrackets ?? given;
  const plainName = name?.replace(/^"(.*)"$/u, "$1").trim();
  if (!ADDRESS.test(address) || /[\p{C}<>"\\]/u.test(plainName ?? ""))
    throw new Error(
      "must be an email address, such as alerts@example.com or smsledger <alerts@example.com>",
    );
  return { name: plainName || undefined, address };
}
