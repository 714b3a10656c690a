import { isAdmin, type Viewer } from "../account/viewer.ts";
import {
  VIEW_NAME_MAX,
  VIEWS_MAX,
  type NewView,
  type SavedView,
  type ViewRefusal,
} from "../store/views.ts";
import { nameMistake } from "../words/name-mistake.ts";
import { parseFilter } from "./filter-language.ts";
import { FILTER_LENGTH_MAX } from "./filter-mistakes.ts";

/** A view's form, as it's shown. */
export type ViewForm = {
  readonly name: string;
  readonly q: string;
  readonly isTeams: boolean;
  readonly inDigest: boolean;
  /** In sentences. */
  readonly mistakes: readonly string[];
};

/** Whose views a viewer sees beside the team's; null without sign-in, where all are the team's. */
export function viewsOwner(viewer: Viewer | undefined): number | null {
  return viewer?.userId ?? null;
}

export function isVisible(
  { ownerId }: SavedView,
  viewer: Viewer | undefined,
): boolean {
  return ownerId === null || ownerId === viewer?.userId;
}

/** Everyone changes their own views, and admins the team's. */
export function mayChange(
  view: Pick<SavedView, "ownerId">,
  viewer: Viewer | undefined,
): boolean {
  return view.ownerId === null
    ? isAdmin(viewer)
    : view.ownerId === viewer?.userId;
}

/** Reads a view's form. `view` is undefined if there are mistakes. */
export function readViewForm(
  field: (name: string) => string,
  viewer: Viewer | undefined,
  now: number,
): { readonly form: ViewForm; readonly view: NewView | undefined } {
  const name = field("name").trim().replace(/\s+/g, " ");
  const q = field("q").trim();
  const isTeams = viewer === undefined || field("whose") === "team";
  const inDigest = field("digest") !== "";
  const ownerId = isTeams ? null : viewer.userId;
  const mistakes: string[] = [];
  const ofName = nameMistake("view", name, VIEW_NAME_MAX);
  if (ofName !== undefined) mistakes.push(ofName);
  if (q === "") mistakes.push("Give the view a filter.");
  for (const { sentence } of parseFilter(q, now).mistakes)
    mistakes.push(sentence);
  if (!mayChange({ ownerId }, viewer))
    mistakes.push("Only admins can save views of the team.");
  const form = {
    name: name.slice(0, VIEW_NAME_MAX),
    q: q.slice(0, FILTER_LENGTH_MAX),
    isTeams,
    inDigest,
    mistakes,
  };
  return {
    form,
    view:
      mistakes.length > 0 ? undefined : { ownerId, name, filter: q, inDigest },
  };
}

export const VIEW_REFUSALS: Record<ViewRefusal, string> = {
  "name taken": "Another view has this name. Choose another one.",
  "too many": `There are already ${VIEWS_MAX} views, the maximum. Remove one first.`,
  "no such view": "Somebody has removed this view meanwhile.",
  "changed meanwhile":
    "Somebody has changed this view meanwhile. Check both, and save again to replace it.",
};
