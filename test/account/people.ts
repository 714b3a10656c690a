import type { Role } from "../../src/store/accounts.ts";
import type { AccountStore } from "../../src/store/accounts.ts";
import { startServer } from "../support/start-server.ts";

/** The password of all users, unless a test says otherwise. */
export const PASSWORD = "correct horse battery";
/**
 * Its hash with the lowest settings, which are part of it: comparing takes a fraction of a
 * millisecond, not 30 ms.
 */
const HASH = Bun.password.hashSync(PASSWORD, {
  algorithm: "argon2id",
  memoryCost: 8,
  timeCost: 1,
});

export const BY = { at: Date.now(), actor: "command line", address: null };

/** Adds a user who can sign in with `PASSWORD`. Resolves to their ID. */
export async function addPerson(
  accounts: AccountStore,
  name: string,
  role: Role,
): Promise<number> {
  const user = { name, role, passwordHash: HASH };
  const added = await accounts.addUser(
    { ...user, isPasswordTemporary: false },
    BY,
  );
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

/** Starts the real server with an admin, ana, and a member, mo. */
export async function startWithPeople(
  env: Record<string, string> = {},
  now?: () => number,
) {
  const server = await startServer({ SIGN_IN: "password", ...env }, now);
  const { accounts } = server.store;
  const anaId = await addPerson(accounts, "ana", "admin");
  const moId = await addPerson(accounts, "mo", "member");
  return { ...server, accounts, anaId, moId };
}

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
};

/** A browser with its own cookies, which sends forms as if from one of our pages. */
export class Visitor {
  readonly cookies = new Map<string, string>();

  constructor(
    readonly origin: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async get(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.#ask(path, { headers });
  }

  /** Sends a form, with the form token if there is a session. */
  async post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const body = new URLSearchParams(fields);
    if (this.formToken !== undefined && !body.has("form"))
      body.set("form", this.formToken);
    return this.#ask(path, {
      method: "POST",
      body,
      headers: { "sec-fetch-site": "same-origin", ...headers },
    });
  }

  /** Sends a request with another method. */
  send(path: string, method: string): Promise<Answer> {
    return this.#ask(path, { method });
  }

  formToken: string | undefined;

  async signIn(name: string, password = PASSWORD): Promise<Answer> {
    const answer = await this.post("/login", { name, password });
    if (answer.status === 303) await this.readFormToken();
    return answer;
  }

  async readFormToken(): Promise<void> {
    const { text } = await this.get("/settings/account");
    this.formToken = /name="form" value="([^"]+)"/.exec(text)?.[1];
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...this.cookies].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(this.origin + path, {
      redirect: "manual",
      ...init,
      headers: {
        accept: "text/html",
        ...(cookie !== "" && { cookie }),
        ...this.headers,
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const { status, headers } = answer;
    return { status, headers, text: await answer.text() };
  }
}

/** Resolves to a browser in which a user has signed in. */
export async function signedInAs(
  origin: string,
  name: string,
  headers: Record<string, string> = {},
): Promise<Visitor> {
  const visitor = new Visitor(origin, headers);
  const answer = await visitor.signIn(name);
  if (answer.status !== 303)
    throw new Error(`The sign-in got ${answer.status}.`);
  return visitor;
}
