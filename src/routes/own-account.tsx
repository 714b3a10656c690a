import { Elysia } from "elysia";
import {
  AccountPage,
  type AccountPageProps,
} from "../../views/settings/account-page.tsx";
import { BUSY_WORDS, limitedWords } from "../../views/sign-in/login-page.tsx";
import type { Site } from "../../views/site.ts";
import { redirectTo } from "../http/responses.ts";
import { pages } from "./pages.ts";
import { NOT_FOUND, type AnswerProblem } from "./problem.tsx";
import { fieldOf } from "../http/form-body.ts";
import { changePassword } from "../account/password-change.ts";
import type { AccountDeps } from "./account-deps.ts";
import { requesterOf, viewerOf, type Viewer } from "../account/viewer.ts";

/** What was done before the page was loaded anew, as its address names it. */
const SAID: Readonly<Record<string, string>> = {
  password: "Your password was changed, and your other sessions have ended.",
  session: "The session has ended.",
  sessions: "All your other sessions have ended.",
};

/** `/settings/account`: a user's own password and sessions. */
export const ownRoutes = (
  { store: { accounts, audit }, access, now, hashing }: AccountDeps,
  site: Site,
  problem: AnswerProblem,
) => {
  const { urls } = site;
  const accountPage = async (
    site: Site,
    viewer: Viewer,
    more: Pick<AccountPageProps, "said" | "mistake">,
  ) => {
    const sessions = await accounts.sessionsOf(viewer.userId, now());
    return <AccountPage {...{ site, viewer, sessions, ...more, now: now() }} />;
  };
  return new Elysia()
    .use(pages(site))
    .get("/settings/account", async ({ page, request, site }) => {
      const viewer = viewerOf(request);
      if (viewer === undefined) return problem(request, NOT_FOUND);
      const done = URL.parse(request.url)?.searchParams.get("done") ?? "";
      const said = Object.hasOwn(SAID, done) ? SAID[done] : undefined;
      return page(await accountPage(site, viewer, { said }));
    })
    .post(
      "/settings/account/password",
      async ({ page, request, site, body }) => {
        const viewer = viewerOf(request);
        if (viewer === undefined || viewer.sessionId === null)
          return problem(request, NOT_FOUND);
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
          return redirectTo(`${urls.account}?done=password`, 303);
        const mistake =
          outcome.kind === "busy"
            ? BUSY_WORDS
            : outcome.kind === "limited"
              ? limitedWords(outcome.retryAt, now())
              : outcome.mistake;
        const status = { busy: 503, limited: 429, mistaken: 400 }[outcome.kind];
        return page(await accountPage(site, viewer, { mistake }), { status });
      },
    )
    .post("/settings/account/sessions/:id/end", async ({ params, request }) => {
      const viewer = viewerOf(request);
      const id = /^\d{1,15}$/.test(params.id) ? Number(params.id) : undefined;
      if (viewer === undefined || id === undefined)
        return problem(request, NOT_FOUND);
      await accounts.endSession(viewer.userId, id, {
        ...requesterOf(request),
        at: now(),
      });
      return redirectTo(`${urls.account}?done=session`, 303);
    })
    .post("/settings/account/sessions/end-others", async ({ request }) => {
      const viewer = viewerOf(request);
      if (viewer === undefined || viewer.sessionId === null)
        return problem(request, NOT_FOUND);
      const by = { ...requesterOf(request), at: now() };
      await accounts.endOtherSessions(viewer.userId, viewer.sessionId, by);
      return redirectTo(`${urls.account}?done=sessions`, 303);
    });
};
