import { randomBytes } from "node:crypto";
import type { AccountStore } from "../store/accounts.ts";
import type { AuditStore } from "../store/audit.ts";
import type { GuessLimit } from "../store/guess-limit.ts";
import { chooseLimits, partKey } from "../store/guess-limit.ts";
import { nameKey } from "../store/accounts.ts";
import { deviceName } from "./device-name.ts";
import type { PasswordHashing } from "./password-hashing.ts";
import { canBePassword, NOBODYS_HASH } from "./passwords.ts";
import { networkOf } from "../http/peer.ts";
import { sha256, type SecretKeys } from "./secret-keys.ts";
import { userName } from "./user-name.ts";

const HOUR_MS = 3_600_000;

/**
 * Per account, together at most 20 guesses in any hour, from anywhere: 14 from
 * browsers that never signed in to it (7 at once, then one in nine minutes), and 6
 * from those that did. Repeated guesses therefore lock out strangers to the account,
 * but not its user's own browsers.
 */
const STRANGERS = { burst: 7, everyMs: Math.ceil(HOUR_MS / 7) };
const OWN_BROWSERS = { burst: 3, everyMs: HOUR_MS / 3 };
/** Per address, for all names: a team may share one address. */
const ADDRESS = { burst: 20, everyMs: HOUR_MS / 20 };

export type SignInDeps = {
  readonly accounts: AccountStore;
  readonly audit: Pick<AuditStore, "add">;
  readonly keys: SecretKeys;
  readonly hashing: PasswordHashing;
  readonly now: () => number;
};

export type Attempt = {
  readonly name: string;
  readonly password: string;
  /** The client's address; null if unknown. */
  readonly address: string | null;
  readonly userAgent: string | null;
  /** Shows that this browser was signed in before; see `SecretKeys.deviceMark`. */
  readonly deviceMark: string | undefined;
  /** The token of this browser's session. */
  readonly replacedToken: string | undefined;
};

export type SignInOutcome =
  | {
      readonly kind: "signed in";
      readonly token: string;
      readonly deviceMark: string;
    }
  /** The second: the password was changed while it was being checked. */
  | { readonly kind: "wrong" | "changed" }
  /** Too many guesses: the next one is checked from this time on. */
  | { readonly kind: "limited"; readonly retryAt: number };

/**
 * Signs a user in, or reports only that the name or password is wrong: it does the
 * same work, and takes as long, for unknown names. Rejects with TooManyAtOnce.
 */
export async function signIn(
  deps: SignInDeps,
  attempt: Attempt,
): Promise<SignInOutcome> {
  const name = userName(attempt.name);
  if (name === undefined || !canBePassword(attempt.password))
    return { kind: "wrong" };
  deps.hashing.requireRoom();
  const known = await deps.accounts.passwordOf(name);
  const ways = waysToGuess(deps.keys, { ...attempt, name }, known?.user.id);
  const refusal = await refusalNow(deps, ways);
  if (refusal !== undefined) return refusal;
  return deps.hashing.inTurn(async ({ isPassword }) => {
    // Taken, and on disk, before the password is checked: no crash gives a guess back.
    const guess = await deps.accounts.takeGuess(ways, deps.now());
    if ("retryAt" in guess) return { kind: "limited", ...guess };
    const hash = known?.hash ?? NOBODYS_HASH;
    const isRight = await isPassword(attempt.password, hash);
    const at = deps.now();
    const { address } = attempt;
    if (!isRight || known === undefined) {
      await deps.audit.add({
        kind: "failure",
        at,
        // Not the name that was typed: it may be a password typed by mistake.
        actor: known?.user.name ?? "somebody",
        action: "failed to sign in",
        subject: known ? "" : "with a name that no user has",
        address,
      });
      return { kind: "wrong" };
    }
    const { user } = known;
    const token = newToken();
    const isBegun = await deps.accounts.signIn(
      {
        userId: user.id,
        passwordHash: hash,
        tokenHash: sha256(token),
        device: deviceName(attempt.userAgent),
        replacedHash:
          attempt.replacedToken === undefined
            ? null
            : sha256(attempt.replacedToken),
        guessed: guess.taken,
      },
      { at, actor: user.name, address },
    );
    if (!isBegun) return { kind: "changed" };
    return {
      kind: "signed in",
      token,
      deviceMark: deps.keys.deviceMark(user.id),
    };
  });
}

/** 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The keys of a user's limits: deleting them allows all guesses again. */
export function accountLimitKeys(
  keys: SecretKeys,
  { id, name }: { readonly id: number; readonly name: string },
): readonly string[] {
  return [strangersKey(keys, name), ownBrowsersKey(keys, id)];
}

function strangersKey(keys: SecretKeys, name: string): string {
  return keys.limitKey(`name ${nameKey(name)}`);
}

function ownBrowsersKey(keys: SecretKeys, userId: number): string {
  return keys.limitKey(`user ${userId}`);
}

type Ways = readonly (readonly GuessLimit[])[];

/** Known browsers aren't affected by others at their address. */
function waysToGuess(
  keys: SecretKeys,
  {
    name,
    address,
    deviceMark,
  }: Pick<Attempt, "name" | "address" | "deviceMark">,
  userId: number | undefined,
): Ways {
  const ofAddress = keys.limitKey(`address ${networkOf(address ?? "unknown")}`);
  const ofName = strangersKey(keys, name);
  const asStranger = [
    { key: ofAddress, ...ADDRESS },
    { key: ofName, ...STRANGERS },
    // Records how much of the address's limit this account used; it never blocks by itself.
    { key: partKey(ofName, ofAddress), ...ADDRESS },
  ];
  const isOwn = userId !== undefined && keys.isDeviceMark(deviceMark, userId);
  return isOwn
    ? [[{ key: ownBrowsersKey(keys, userId), ...OWN_BROWSERS }], asStranger]
    : [asStranger];
}

/** Most refusals happen here, by reading: that costs no write and no hash. */
async function refusalNow(
  { accounts, now }: SignInDeps,
  ways: Ways,
): Promise<SignInOutcome | undefined> {
  const keys = ways.flat().map(({ key }) => key);
  const wholeAt = await accounts.limitsWholeAt(keys);
  const choice = chooseLimits(ways, (key) => wholeAt.get(key), now());
  return "retryAt" in choice ? { kind: "limited", ...choice } : undefined;
}
