import type { Config } from "../config/config.ts";
import {
  LAST_USE_STEP_MS,
  type AccountStore,
  type Visitor,
} from "../store/accounts.ts";
import { cookieOf } from "../http/cookies.ts";
import { isHttps, type Arrived } from "../http/origin.ts";
import { isTrustedProxy } from "../http/peer.ts";
import { isSameText, SecretKeys, sha256 } from "./secret-keys.ts";
import { userName } from "./user-name.ts";
import type { Viewer } from "./viewer.ts";

export type AccessDeps = {
  readonly accounts: AccountStore;
  readonly config: Pick<
    Config,
    "signIn" | "signInHeader" | "signInSecret" | "trustedProxies" | "publicUrl"
  >;
  readonly now: () => number;
};

/** Why a request's user isn't known. */
export type Unknown =
  | "not signed in"
  /** Users sign in through a proxy, but this request didn't come through it. */
  | "not through the proxy"
  /** It did, but doesn't name exactly one user. */
  | "not named by the proxy"
  /** The name differs from another user's only in look-alike letters, or in the case of letters other than A to Z. */
  | "looks like another user"
  | "too many users";

/** Identifies the user of a request. Reads everything for each request, so that changes take effect immediately. */
export class Access {
  readonly #deps: AccessDeps;
  #keys: Promise<SecretKeys> | undefined;
  /** Sessions whose use is being recorded; behind a proxy, users. */
  readonly #noted = new Set<number>();

  constructor(deps: AccessDeps) {
    this.#deps = deps;
  }

  keys(): Promise<SecretKeys> {
    this.#keys ??= this.#deps.accounts.secretKey().then(
      (key) => new SecretKeys(key),
      (error: unknown) => {
        this.#keys = undefined;
        throw error;
      },
    );
    return this.#keys;
  }

  /** Returns the user who sent a request, by the session cookie or a trusted proxy's header. */
  viewer(arrived: Arrived): Promise<Viewer | Unknown> {
    return this.#deps.config.signIn === "proxy"
      ? this.#viewerByProxy(arrived)
      : this.#viewerBySession(arrived);
  }

  /** The session token from the browser's cookie. */
  sessionToken(arrived: Arrived): string | undefined {
    return this.#cookie(arrived, "session");
  }

  /** The cookie that shows that a browser was signed in before. */
  deviceMark(arrived: Arrived): string | undefined {
    return this.#cookie(arrived, "device");
  }

  #cookie(arrived: Arrived, name: "session" | "device"): string | undefined {
    return cookieOf(arrived.headers, name, isHttps(this.#deps.config, arrived));
  }

  async #viewerBySession(arrived: Arrived): Promise<Viewer | Unknown> {
    const token = this.sessionToken(arrived);
    if (token === undefined) return "not signed in";
    const { accounts, now } = this.#deps;
    const hash = sha256(token);
    const found = await accounts.visitorBySession(hash, now());
    if (found === undefined) return "not signed in";
    const { session } = found;
    this.#noteUse(found.user.id, session.id, session.lastUsedAt);
    const keys = await this.keys();
    return viewerOf(found, keys.formToken(`session ${hash}`), session.id);
  }

  async #viewerByProxy({ headers, peer }: Arrived): Promise<Viewer | Unknown> {
    const { accounts, config, now } = this.#deps;
    if (!isTrustedProxy(config, peer) || !hasSecret(config, headers))
      return "not through the proxy";
    const name = nameIn(headers.get(config.signInHeader));
    if (name === undefined) return "not named by the proxy";
    let found = await accounts.visitorByName(name);
    if (found === undefined) {
      await accounts.addProxyUser(name, {
        at: now(),
        actor: name,
        address: null,
      });
      found = await accounts.visitorByName(name);
      if (found === undefined) return "too many users";
    }
    if (!isSameName(found.user.name, name)) return "looks like another user";
    const { id, lastSeenAt } = found.user;
    this.#noteUse(id, null, lastSeenAt ?? 0);
    const keys = await this.keys();
    return viewerOf(found, keys.formToken(`user ${id}`), null);
  }

  /** Not awaited: a page doesn't depend on whether this is written. */
  #noteUse(userId: number, sessionId: number | null, last: number): void {
    const now = this.#deps.now();
    const id = sessionId ?? userId;
    if (now - last < LAST_USE_STEP_MS || this.#noted.has(id)) return;
    this.#noted.add(id);
    this.#deps.accounts
      .noteUse({ userId, sessionId }, now)
      .catch(() => undefined)
      .finally(() => this.#noted.delete(id));
  }
}

function viewerOf(
  { user, isAdminMissing }: Visitor,
  formToken: string,
  sessionId: number | null,
): Viewer {
  const { id, name, role } = user;
  return {
    userId: id,
    name,
    role,
    sessionId,
    formToken,
    canSignOut: sessionId !== null,
    isPasswordTemporary: sessionId !== null && user.isPasswordTemporary,
    isAdminMissing,
  };
}

/** The header in which a proxy that signs users in sends `SIGN_IN_SECRET`. */
const SECRET_HEADER = "x-sign-in-secret";

function hasSecret(
  { signInSecret }: Pick<Config, "signInSecret">,
  headers: Headers,
): boolean {
  return (
    signInSecret === undefined ||
    isSameText(headers.get(SECRET_HEADER) ?? "", signInSecret)
  );
}

/**
 * Returns the user that a proxy names. A comma may mean that the header was sent
 * twice, once by the proxy and once by the client: then nobody is named. The same goes
 * for a name that normalization changes: the proxy may know two users by two forms of
 * it.
 */
function nameIn(header: string | null): string | undefined {
  if (header === null || header.includes(",")) return undefined;
  const text = utf8(header);
  return text === text.normalize("NFC") ? userName(text) : undefined;
}

/**
 * Whether a proxy's name is this user's. Unlike `nameKey`, which keeps look-alikes from
 * being added, it ignores only the case of A to Z: `ａｄｍｉｎ` must not sign in as `admin`.
 */
function isSameName(known: string, named: string): boolean {
  const plain = (name: string): string =>
    name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return plain(known) === plain(named);
}

/** Bytes beyond ASCII arrive as one character each; names are usually sent as UTF-8. */
function utf8(header: string): string {
  const bytes = Buffer.from(header, "latin1");
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? header : text;
}
