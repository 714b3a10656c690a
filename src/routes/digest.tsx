import type { Access } from "../account/access.ts";
import { isSameText } from "../account/secret-keys.ts";
import { isAdmin, requesterOf } from "../account/viewer.ts";
import type { Config } from "../config/config.ts";
import {
  digestForm,
  EMPTY_FORM,
  formOf,
  readDigestForm,
  type DigestForm,
} from "../digest/digest-form.ts";
import { firstPeriod } from "../digest/periods.ts";
import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import { NO_USER_ID, type Digest } from "../store/digests.ts";
import type { Stores } from "../store/stores.ts";
import {
  DigestPage,
  type DigestView,
} from "../../views/settings/digest-page.tsx";
import { UnsubscribePage } from "../../views/sign-in/unsubscribe-page.tsx";
import type { Site } from "../../views/site.ts";
import type { Asked } from "./asked.ts";

export type DigestDeps = {
  readonly store: Pick<Stores, "digests">;
  readonly config: Pick<Config, "mail" | "publicUrl">;
  readonly access: Pick<Access, "keys">;
  readonly now: () => number;
};

/** What was done before the page was loaded again, by the name in its address. */
const SAID: Readonly<Record<string, string>> = {
  saved: "Saved.",
  stopped: "You get no more digests.",
};

const UNSUBSCRIBER = "link in a digest";

/** `/settings/digest`: a user's digest; `/digest/unsubscribe`: the link in each of them. */
export const digestHandlers = ({
  store: { digests },
  config,
  access,
  now,
}: DigestDeps) => {
  const missing = [
    ...(config.mail === undefined ? ["SMTP_URL", "MAIL_FROM"] : []),
    ...(config.publicUrl === undefined ? ["PUBLIC_URL"] : []),
  ];
  const digestPage = async (
    site: Site,
    more: Pick<DigestView, "said" | "mistake">,
    form?: DigestForm,
  ) => {
    const own = await digests.of(userIdOf(site));
    const all = isAdmin(site.viewer) ? await digests.list() : [];
    const filled = form ?? (own === undefined ? EMPTY_FORM : formOf(own));
    const view = { site, own, all, form: filled, missing, ...more };
    return <DigestPage {...view} now={now()} />;
  };
  /** The digest that a link names, if the link proves that it was in one. */
  const linked = async (request: Request): Promise<Digest | undefined> => {
    const params = new URL(request.url).searchParams;
    const user = params.get("user") ?? "";
    if (!/^\d{1,15}$/.test(user)) return undefined;
    const digest = await digests.of(Number(user));
    if (digest === undefined) return undefined;
    const { userId, address } = digest;
    const proof = (await access.keys()).unsubscribeProof(userId, address);
    return isSameText(params.get("proof") ?? "", proof) ? digest : undefined;
  };

  return {
    show: async ({ request, site }: Asked) => {
      const done = new URL(request.url).searchParams.get("done") ?? "";
      const said = Object.hasOwn(SAID, done) ? SAID[done] : undefined;
      return page(await digestPage(site, { said }));
    },
    save: async ({ request, site, body }: Asked) => {
      const form = digestForm(body);
      const read = readDigestForm(form);
      if ("mistake" in read)
        return page(await digestPage(site, read, form), { status: 400 });
      const userId = userIdOf(site);
      const known = await digests.of(userId);
      const at = now();
      await digests.put(
        userId,
        read.settings,
        firstPeriod(
          read.settings,
          at,
          known?.sentAt === null ? undefined : known?.from,
        ),
        { ...requesterOf(request), at },
      );
      return redirectTo(`${site.urls.digest}?done=saved`, 303);
    },
    remove: async ({ request, site }: Asked) => {
      await digests.remove(userIdOf(site), {
        ...requesterOf(request),
        at: now(),
      });
      return redirectTo(`${site.urls.digest}?done=stopped`, 303);
    },
    askUnsubscribe: async ({ request, site }: Asked) => {
      const state = (await linked(request)) ? "asks" : "invalid";
      return page(
        <UnsubscribePage {...{ site, state }} action={here(request)} />,
      );
    },
    unsubscribe: async ({ request, site }: Asked) => {
      const digest = await linked(request);
      if (digest !== undefined)
        await digests.remove(digest.userId, {
          ...requesterOf(request),
          actor: UNSUBSCRIBER,
          at: now(),
        });
      // A second click has nothing left to do.
      return page(<UnsubscribePage site={site} state="done" action="" />);
    },
  };
};

function userIdOf({ viewer }: Site): number {
  return viewer?.userId ?? NO_USER_ID;
}

function here(request: Request): string {
  return new URL(request.url).search;
}
