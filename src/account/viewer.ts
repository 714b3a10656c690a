import type { Role } from "../store/accounts.ts";

/** Who a request comes from. */
export type Viewer = {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
  /** Null when a proxy signed them in. */
  readonly sessionId: number | null;
  /** Forms that change something carry it, so that no other site can send them. */
  readonly formToken: string;
  /** False when a proxy signed them in: only there can they sign out. */
  readonly canSignOut: boolean;
  /** An admin chose their password; nothing else is answered before they chose one. */
  readonly isPasswordTemporary: boolean;
  /** No user is an admin yet, as it is when a proxy signs everybody in as a member. */
  readonly isAdminMissing: boolean;
};

/** What the audit list says of a request: who, and from where. */
export type Requester = {
  readonly actor: string;
  /** The IP address; null when it is not known. */
  readonly address: string | null;
};

const viewers = new WeakMap<Request, Viewer>();
const addresses = new WeakMap<Request, string>();

/** Keeps who a request comes from, for the pages that answer it. */
export function rememberViewer(request: Request, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** Who a request comes from; undefined before they signed in, or when nobody has to. */
export function viewerOf(request: Request): Viewer | undefined {
  return viewers.get(request);
}

/** Whether one may change settings and erase: an admin, and everybody where nobody has to sign in. */
export function isAdmin(viewer: Viewer | undefined): boolean {
  return viewer === undefined || viewer.role === "admin";
}

/** Keeps the IP address that a request comes from. */
export function rememberAddress(request: Request, address: string): void {
  addresses.set(request, address);
}

/** Whom the audit list names for what a request does. */
export function requesterOf(request: Request): Requester {
  return {
    actor: viewerOf(request)?.name ?? "this machine",
    address: addresses.get(request) ?? null,
  };
}
