import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import {
  BUSY_WORDS,
  GONE_WORDS,
  limitedWords,
  LoginPage,
  WRONG_WORDS,
} from "../../views/sign-in/login-page.tsx";
import { redirectTo } from "../http/responses.ts";
import { RepeatedLines } from "../log/repeated-lines.ts";
import { removeCookie } from "../http/cookies.ts";
import { fieldOf } from "../http/form-body.ts";
import { arrivedOf } from "../http/origin.ts";
import { nextPath } from "../site/next-path.ts";
import { isFormOverHttps } from "../http/origin.ts";
import { TooManyAtOnce } from "../account/password-hashing.ts";
import type { AccountDeps } from "./account-deps.ts";
import { signIn, type SignInOutcome } from "../account/sign-in.ts";
import { signedIn } from "./signed-in.ts";
import { requesterOf } from "../account/viewer.ts";

const BUSY_RETRY_S = 5;

type Refused =
  Exclude<SignInOutcome, { kind: "signed in" }> | { readonly kind: "busy" };

const LOGGED: Record<Refused["kind"], string> = {
  wrong: "the name or the password is wrong",
  changed: "the password was changed meanwhile",
  limited: "too many wrong ones before it",
  busy: "too many at once",
};

/**
 * `/login` and `/logout`. The gate accepts their forms only from our own pages, so that no
 * other site signs anybody in or out. There is no session yet that could have a form token.
 */
export const loginHandlers = ({
  store: { accounts, audit },
  access,
  config,
  now,
  hashing,
  log,
}: AccountDeps) => {
  const lines = new RepeatedLines(log);
  return {
    show: async ({ request, server, site }: Asked) => {
      const params = URL.parse(request.url)?.searchParams;
      const next = nextPath(params?.get("next"), site.urls.base);
      const viewer = await access.viewer(arrivedOf({ request, server }));
      if (typeof viewer !== "string")
        return redirectTo(next ?? site.urls.overview());
      if (!(await accounts.hasPasswords()))
        return redirectTo(site.urls.setup());
      return page(
        <LoginPage {...{ site, next }} name="" mistake={undefined} />,
      );
    },
    signIn: async ({ request, server, site, body }: Asked) => {
      const arrived = arrivedOf({ request, server });
      const name = fieldOf(body, "name");
      const next = nextPath(fieldOf(body, "next"), site.urls.base);
      const outcome = await signIn(
        { accounts, audit, keys: await access.keys(), hashing, now },
        {
          name,
          password: fieldOf(body, "password"),
          address: requesterOf(request).address,
          userAgent: request.headers.get("user-agent"),
          deviceMark: access.deviceMark(arrived),
          replacedToken: access.sessionToken(arrived),
        },
      ).catch((error: unknown): Refused => {
        if (error instanceof TooManyAtOnce) return { kind: "busy" };
        throw error;
      });
      if (outcome.kind === "signed in")
        return signedIn(
          next ?? site.urls.overview(),
          outcome,
          isFormOverHttps(config, arrived),
        );
      // Without the name: people type their password there by mistake.
      const { address } = requesterOf(request);
      lines.warn({ address }, `sign-in refused: ${LOGGED[outcome.kind]}`);
      const { status, mistake, headers = {} } = refusal(outcome, now());
      return page(<LoginPage {...{ site, name, next, mistake }} />, {
        status,
        headers,
      });
    },
    signOut: async ({ request, server, site }: Asked) => {
      const arrived = arrivedOf({ request, server });
      const viewer = await access.viewer(arrived);
      if (typeof viewer !== "string" && viewer.sessionId !== null)
        await accounts.signOut(viewer.sessionId, {
          ...requesterOf(request),
          at: now(),
          actor: viewer.name,
        });
      const answer = redirectTo(site.urls.login(), 303);
      answer.headers.append(
        "set-cookie",
        removeCookie("session", isFormOverHttps(config, arrived)),
      );
      return answer;
    },
  };
};

function refusal(
  outcome: Refused,
  now: number,
): {
  readonly status: number;
  readonly mistake: string;
  readonly headers?: Readonly<Record<string, string>>;
} {
  switch (outcome.kind) {
    case "wrong":
      return { status: 401, mistake: WRONG_WORDS };
    case "changed":
      return { status: 401, mistake: GONE_WORDS };
    case "busy":
      return {
        status: 503,
        mistake: BUSY_WORDS,
        headers: { "retry-after": String(BUSY_RETRY_S) },
      };
    case "limited": {
      const { retryAt } = outcome;
      const seconds = Math.ceil((retryAt - now) / 1_000);
      return {
        status: 429,
        mistake: limitedWords(retryAt, now),
        headers: { "retry-after": String(Math.max(1, seconds)) },
      };
    }
  }
}
