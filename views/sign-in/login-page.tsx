import { LoginFrame, Mistake } from "./login-frame.tsx";
import type { Site } from "../site.ts";
import { utc } from "../../src/words/times.ts";
import { attribute } from "../parts/values.tsx";

export type LoginPageProps = {
  readonly site: Site;
  /** As it was typed before. */
  readonly name: string;
  /** A path of ours to go to once signed in. */
  readonly next: string | undefined;
  /** Why nobody was signed in, as a sentence. */
  readonly mistake: string | undefined;
};

export function LoginPage({ site, name, next, mistake }: LoginPageProps) {
  return (
    <LoginFrame site={site} title="Sign in">
      <form method="post" action={site.urls.login()}>
        {next === undefined ? (
          ""
        ) : (
          <input type="hidden" name="next" value={attribute(next)} />
        )}
        <Mistake words={mistake} />
        <label for="name">Name</label>
        <input
          id="name"
          name="name"
          value={attribute(name)}
          required
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          autofocus={name === ""}
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          autocomplete="current-password"
          autofocus={name !== ""}
        />
        <button class="button-primary">Sign in</button>
      </form>
    </LoginFrame>
  );
}

export const WRONG_WORDS =
  "Wrong name or password. Passwords are case-sensitive.";

export const BUSY_WORDS =
  "Too many people are signing in right now. Try again in a few seconds.";

export const GONE_WORDS =
  "The password was just changed. Sign in with the new one.";

/** How long somebody must wait, who or whose account has been guessed too often. */
export function limitedWords(retryAt: number, now: number): string {
  const minutes = Math.max(1, Math.ceil((retryAt - now) / 60_000));
  return (
    `Too many wrong passwords for this name or from your address. Try again in ${minutes} ` +
    `${minutes === 1 ? "minute" : "minutes"}, at ${utc(retryAt).slice(11, 16)} UTC. ` +
    "If you can’t wait, ask an admin to set a new password for you: that also ends the wait."
  );
}
