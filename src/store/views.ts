import type { By } from "./accounts.ts";

/** A filter of the list of messages that is kept under a name. */
export type SavedView = {
  readonly id: number;
  /** The user whose it is; null if it's the team's. */
  readonly ownerId: number | null;
  readonly name: string;
  /** In the filter language. */
  readonly filter: string;
  /** Whether the user's digest counts its messages, or every digest if it's the team's. */
  readonly inDigest: boolean;
  /** Rises with each change. */
  readonly revision: number;
  readonly createdBy: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly changedBy: string | null;
  readonly changedAt: number | null;
};

export type NewView = Pick<
  SavedView,
  "ownerId" | "name" | "filter" | "inDigest"
>;

export type ViewChange = Pick<SavedView, "name" | "filter" | "inDigest">;

/** Why a view wasn't saved. */
export type ViewRefusal =
  /** The same person, or the team, has one of this name. */
  | "name taken"
  | "too many"
  | "no such view"
  /** Someone changed it after the revision that the change is based on. */
  | "changed meanwhile";

/** How many views one user can have, and the team. */
export const VIEWS_MAX = 30;
export const VIEW_NAME_MAX = 40;

/** Saved views. Each change has an entry in the audit list. */
export interface ViewStore {
  /** The team's, and those of a user, each by name. Without a user, only the team's. */
  list(userId: number | null): Promise<readonly SavedView[]>;
  byId(id: number): Promise<SavedView | undefined>;
  add(
    view: NewView,
    by: By,
  ): Promise<{ readonly id: number } | { readonly refusal: ViewRefusal }>;
  /** Changes the view if it still has this revision; resolves to why it didn't. */
  change(
    id: number,
    revision: number,
    change: ViewChange,
    by: By,
  ): Promise<ViewRefusal | undefined>;
  /** Resolves to whether there was one. */
  remove(id: number, by: By): Promise<boolean>;
}
