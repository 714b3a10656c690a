/** What a user may do: members read and export; admins also change settings and erase. */
export type Role = "admin" | "member";

/** Who a request comes from. */
export type Viewer = {
  readonly name: string;
  readonly role: Role;
  /** Forms that change something carry it, so that no other site can send them. */
  readonly formToken: string;
  /** False when a proxy signed them in: only there can they sign out. */
  readonly canSignOut: boolean;
};

const viewers = new WeakMap<Request, Viewer>();

/** Keeps who a request comes from, for the pages that answer it. */
export function rememberViewer(request: Request, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** Who a request comes from; undefined before they signed in, or when nobody has to. */
export function viewerOf(request: Request): Viewer | undefined {
  return viewers.get(request);
}
