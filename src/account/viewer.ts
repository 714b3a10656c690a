import type { Role } from "../store/accounts.ts";

/** Who a request comes from. */
export type Viewer = {
  readonly userId: number;
  readonly name: string;
  readonly role: Role;
  /** Null if a proxy signed them in. */
  readonly sessionId: number | null;
  /** Included in forms that change something, so that no other site can send them. */
  readonly formToken: string;
  /** False if a proxy signed them in: they can only sign out there. */
  readonly canSignOut: boolean;
  /** An admin set their password; they must choose their own before anything else. */
  readonly isPasswordTemporary: boolean;
  /** There's no admin yet, for example because a proxy signs everyone in as a member. */
  readonly isAdminMissing: boolean;
};

/** What the audit list records about a request: who, and from where. */
export type Requester = {
  readonly actor: string;
  /** The IP address; null if unknown. */
  readonly address: string | null;
};

const viewers = new WeakMap<Request, Viewer>();
const addresses = new WeakMap<Request, string>();

/** Remembers who sent a request, for the pages. */
export function rememberViewer(request: Request, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** Returns who sent a request; undefined before sign-in, or without sign-in. */
export function viewerOf(request: Request): Viewer | undefined {
  return viewers.get(request);
}

/** Reports whether a viewer can change settings and erase: admins can, and without sign-in everyone. */
export function isAdmin(viewer: Viewer | undefined): boolean {
  return viewer === undefined || viewer.role === "admin";
}

/** Remembers the IP address that a request came from. */
export function rememberAddress(request: Request, address: string): void {
  addresses.set(request, address);
}

/** Returns who the audit list names for what a request does. */
export function requesterOf(request: Request): Requester {
  return {
    actor: viewerOf(request)?.name ?? "this machine",
    address: addresses.get(request) ?? null,
  };
}
