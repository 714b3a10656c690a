import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { NOT_FOUND } from "../http/problem.ts";
import {
  AccountPage,
  type AccountPageProps,
} from "../../views/settings/account-page.tsx";
import { BUSY_WORDS, limitedWords } from "../../views/sign-in/login-page.tsx";
import type { Site } from "../../views/site.ts";
import { redirectTo } from "../http/responses.ts";
import { fieldOf } from "../http/form-body.ts";
import { changePassword } from "../account/password-change.ts";
import type { AccountDeps } from "./account-deps.ts";
import { requesterOf, viewerOf, type Viewer } from "../account/viewer.ts";

/** What was done before the page was loaded again, by the name in its address. */
const SAID: Readonly<Record<string, string>> = {
  password: "Your password was changed, and your other sessions have ended.",
  session: "The session has ended.",
  sessions: "All your other sessions have ended.",
};

/** `/settings/account`: a user's own password and sessions. */
export const ownAccountHandlers = ({
  store: { accounts, audit },
  access,
  now,
  hashing,
}: AccountDeps) => {
  const accountPage = async (
    site: Site,
    viewer: Viewer,
    more: Pick<AccountPageProps, "said" | "mistake">,
  ) => {
    const sessions = await accounts.sessionsOf(viewer.userId, now());
    return <AccountPage {...{ site, viewer, sessions, ...more, now: now() }} />;
  };
  return {
    show: async ({ request, site }: Asked) => {
      const viewer = viewerOf(request);
      if (viewer === undefined) return NOT_FOUND;
      const done = URL.parse(request.url)?.searchParams.get("done") ?? "";
      const said = Object.hasOwn(SAID, done) ? SAID[done] : undefined;
      return page(await accountPage(site, viewer, { said }));
    },
    changePassword: async ({ request, site, body }: Asked) => {
      const viewer = viewerOf(request);
      if (viewer === undefined || viewer.sessionId === null) return NOT_FOUND;
      const outcome = await changePassword(
        { accounts, audit, keys: await access.keys(), hashing, now },
        { ...viewer, sessionId: viewer.sessionId },
        {
          current: fieldOf(body, "current"),
          password: fieldOf(body, "password"),
          repeat: fieldOf(body, "repeat"),
        },
        requesterOf(request),
      );
      if (outcome.kind === "changed")
        return redirectTo(`${site.urls.account}?done=password`, 303);
      const mistake =
        outcome.kind === "busy"
          ? BUSY_WORDS
          : outcome.kind === "limited"
            ? limitedWords(outcome.retryAt, now())
            : outcome.mistake;
      const status = { busy: 503, limited: 429, mistaken: 400 }[outcome.kind];
      return page(await accountPage(site, viewer, { mistake }), { status });
    },
    endSession: async ({ params, request, site }: Asked<"id">) => {
      const viewer = viewerOf(request);
      const id = /^\d{1,15}$/.test(params.id) ? Number(params.id) : undefined;
      if (viewer === undefined || id === undefined) return NOT_FOUND;
      await accounts.endSession(viewer.userId, id, {
        ...requesterOf(request),
        at: now(),
      });
      return redirectTo(`${site.urls.account}?done=session`, 303);
    },
    endOtherSessions: async ({ request, site }: Asked) => {
      const viewer = viewerOf(request);
      if (viewer === undefined || viewer.sessionId === null) return NOT_FOUND;
      const by = { ...requesterOf(request), at: now() };
      await accounts.endOtherSessions(viewer.userId, viewer.sessionId, by);
      return redirectTo(`${site.urls.account}?done=sessions`, 303);
    },
  };
};
