import { randomUUID } from "node:crypto";
import { RemoveViewPage } from "../../views/saved-views/remove-view-page.tsx";
import { ViewPage } from "../../views/saved-views/view-page.tsx";
import { ViewsPage } from "../../views/saved-views/views-page.tsx";
import { createRepeatedForms } from "../account/repeated-forms.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";
import { fieldOf } from "../http/form-body.ts";
import { page, type Page } from "../http/page.ts";
import { Problem } from "../http/problem.ts";
import { redirectTo } from "../http/responses.ts";
import {
  isVisible,
  mayChange,
  readViewForm,
  VIEW_REFUSALS,
  viewsOwner,
  type ViewForm,
} from "../messages/saved-views.ts";
import type { By } from "../store/accounts.ts";
import type { Stores } from "../store/stores.ts";
import type { SavedView } from "../store/views.ts";
import type { Answer, Asked } from "./asked.ts";

export type SavedViewDeps = {
  readonly store: Pick<Stores, "views">;
  readonly now: () => number;
};

const NO_SUCH_VIEW = new Problem({
  status: 404,
  title: "No view has this ID",
  detail:
    "It may have been removed, or it’s another user’s own. Saved views lists those that you can see.",
});

const NOT_YOURS = new Problem({
  status: 403,
  title: "Only admins can change the team’s views",
  detail: "Ask an admin to do it, or save a view of your own.",
});

/** What sending a form for a new view came to. */
type Added = { readonly q: string } | { readonly form: ViewForm };

/** `/messages/views`: filters of the list of messages that are kept under a name. */
export const savedViewHandlers = ({ store, now }: SavedViewDeps) => {
  const { views } = store;
  const addOnce = createRepeatedForms<Added>();
  const byOf = (request: Request): By => ({
    ...requesterOf(request),
    at: now(),
  });
  const seen = async (
    id: string,
    request: Request,
  ): Promise<SavedView | undefined> => {
    const view = /^\d{1,15}$/.test(id)
      ? await views.byId(Number(id))
      : undefined;
    return view && isVisible(view, viewerOf(request)) ? view : undefined;
  };
  /** The view, if the one who asks may change it. */
  const changeable = async ({
    params,
    request,
  }: Asked<"id">): Promise<SavedView | Problem> => {
    const view = await seen(params.id, request);
    if (view === undefined) return NO_SUCH_VIEW;
    return mayChange(view, viewerOf(request)) ? view : NOT_YOURS;
  };
  const showForm = (
    { site }: Pick<Asked, "site">,
    view: SavedView | undefined,
    form: ViewForm,
  ): Page =>
    page(
      <ViewPage {...{ site, view, form, now: now() }} once={randomUUID()} />,
      { status: form.mistakes.length === 0 ? 200 : 400 },
    );
  const add = async (request: Request, body: unknown): Promise<Added> => {
    const { form, view } = readViewForm(
      (name) => fieldOf(body, name),
      viewerOf(request),
      now(),
    );
    if (view === undefined) return { form };
    const added = await views.add(view, byOf(request));
    return "id" in added
      ? { q: view.filter }
      : { form: { ...form, mistakes: [VIEW_REFUSALS[added.refusal]] } };
  };

  return {
    list: async ({ request, site }: Asked) => {
      const list = await views.list(viewsOwner(viewerOf(request)));
      return page(<ViewsPage {...{ site, list, now: now() }} />);
    },
    add: async (asked: Asked): Promise<Answer> => {
      const { request, site, body } = asked;
      // Identifies the session, or the user a proxy signed in.
      const sender = viewerOf(request)?.formToken ?? byOf(request).actor;
      const added = await addOnce(
        fieldOf(body, "once"),
        [sender, JSON.stringify(body)],
        () => add(request, body),
      );
      return "q" in added
        ? redirectTo(site.urls.messages({ q: added.q }), 303)
        : showForm(asked, undefined, added.form);
    },
    /** A link to a view, which stays when its filter changes. */
    one: async ({ params, request, site }: Asked<"id">) => {
      const view = await seen(params.id, request);
      return view === undefined
        ? NO_SUCH_VIEW
        : redirectTo(site.urls.messages({ q: view.filter }));
    },
    edit: async (asked: Asked<"id">): Promise<Answer> => {
      const view = await changeable(asked);
      return view instanceof Problem
        ? view
        : showForm(asked, view, formOf(view));
    },
    change: async (asked: Asked<"id">): Promise<Answer> => {
      const view = await changeable(asked);
      if (view instanceof Problem) return view;
      const { request, site, body } = asked;
      const { form, view: changed } = readViewForm(
        (name) =>
          name === "whose"
            ? view.ownerId === null
              ? "team"
              : "mine"
            : fieldOf(body, name),
        viewerOf(request),
        now(),
      );
      if (changed === undefined) return showForm(asked, view, form);
      const revision = Number(fieldOf(body, "revision"));
      const refusal = await views.change(
        view.id,
        revision,
        changed,
        byOf(request),
      );
      if (refusal === undefined)
        return redirectTo(site.urls.messages({ q: changed.filter }), 303);
      if (refusal === "no such view") return NO_SUCH_VIEW;
      const mistakes = [VIEW_REFUSALS[refusal]];
      return showForm(asked, view, { ...form, mistakes });
    },
    confirmRemove: async (asked: Asked<"id">): Promise<Answer> => {
      const view = await changeable(asked);
      if (view instanceof Problem) return view;
      return page(<RemoveViewPage site={asked.site} view={view} />);
    },
    remove: async (asked: Asked<"id">): Promise<Answer> => {
      const view = await changeable(asked);
      const { request, site } = asked;
      // A second click has nothing left to do.
      if (view === NOT_YOURS) return NOT_YOURS;
      if (!(view instanceof Problem))
        await views.remove(view.id, byOf(request));
      return redirectTo(site.urls.views, 303);
    },
  };
};

function formOf({ name, filter, ownerId, inDigest }: SavedView): ViewForm {
  const isTeams = ownerId === null;
  return { name, q: filter, isTeams, inDigest, mistakes: [] };
}
