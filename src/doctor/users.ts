import { counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import type { DatabaseCheck } from "../store/engine.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

/** Checks whether someone can sign in and change settings. */
export function userFindings(
  { signIn }: Pick<Config, "signIn">,
  users: DatabaseCheck["users"],
): Finding[] {
  if (signIn === "none" || users === undefined) return [];
  if (signIn === "password" && users.withPassword === 0) {
    return [
      wrong(
        "No user can sign in.",
        "Open the set-up link in the server's log, or run: smsledger user add NAME",
      ),
    ];
  }
  if (users.admins === 0) {
    return [
      note(
        "No user is an admin, so nobody can add users or API tokens.",
        "Run: smsledger user role NAME admin",
      ),
    ];
  }
  const words =
    signIn === "password"
      ? `${counted(users.withPassword, "user")} can sign in, including ${counted(users.admins, "admin")}.`
      : `There ${users.admins === 1 ? "is" : "are"} ${counted(users.admins, "admin")}.`;
  return [fine(words)];
}
