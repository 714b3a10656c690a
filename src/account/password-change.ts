import { TooManyAtOnce } from "./password-hashing.ts";
import { passwordMistake } from "./passwords.ts";
import { accountLimitKeys, type SignInDeps } from "./sign-in.ts";
import type { Requester, Viewer } from "./viewer.ts";

/** Guesses of the current password per session: someone who finds it open can't try many. */
const IN_SESSION = { burst: 5, everyMs: 12 * 60_000 };

export type NewPassword = {
  readonly current: string;
  readonly password: string;
  readonly repeat: string;
};

export type ChangeOutcome =
  | { readonly kind: "changed" }
  | { readonly kind: "busy" }
  | { readonly kind: "limited"; readonly retryAt: number }
  /** As a sentence. */
  | { readonly kind: "mistaken"; readonly mistake: string };

/** Changes a user's own password, and ends their other sessions. */
export async function changePassword(
  { accounts, audit, keys, hashing, now }: SignInDeps,
  user: Viewer & { readonly sessionId: number },
  { current, password, repeat }: NewPassword,
  requester: Requester,
): Promise<ChangeOutcome> {
  const mistake = newPasswordMistake(password, repeat, user.name);
  if (mistake !== undefined) return { kind: "mistaken", mistake };
  const known = await accounts.passwordOf(user.name);
  if (known === undefined) return mistaken(NOT_CURRENT);
  const limit = {
    key: keys.limitKey(`session user ${user.userId}`),
    ...IN_SESSION,
  };
  try {
    return await hashing.inTurn(async ({ hashOf, isPassword }) => {
      const guess = await accounts.takeGuess([[limit]], now());
      if ("retryAt" in guess) return { kind: "limited", ...guess };
      if (!(await isPassword(current, known.hash))) {
        await audit.add({
          kind: "failure",
          ...requester,
          at: now(),
          action: "gave a wrong current password",
          subject: "",
        });
        return mistaken(NOT_CURRENT);
      }
      if (await isPassword(password, known.hash))
        return mistaken(
          "The new password is the same as the old one. Choose another.",
        );
      await accounts.setPassword(
        {
          userId: user.userId,
          passwordHash: await hashOf(password),
          isTemporary: false,
          keptSession: user.sessionId,
          limits: [
            limit.key,
            ...accountLimitKeys(keys, { ...user, id: user.userId }),
          ],
        },
        { ...requester, at: now() },
      );
      return { kind: "changed" };
    });
  } catch (error) {
    if (error instanceof TooManyAtOnce) return { kind: "busy" };
    throw error;
  }
}

const NOT_CURRENT = "The current password is wrong. Nothing changed.";

/** Returns what is wrong with a new password and its repetition, as a sentence. */
export function newPasswordMistake(
  password: string,
  repeat: string,
  name: string,
): string | undefined {
  return (
    passwordMistake(password, name) ??
    (password === repeat
      ? undefined
      : "The passwords don’t match. Enter both again.")
  );
}

function mistaken(mistake: string): ChangeOutcome {
  return { kind: "mistaken", mistake };
}
