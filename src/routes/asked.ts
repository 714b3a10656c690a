import type { Server } from "bun";
import type { Site } from "../../views/site.ts";
import type { Page } from "../http/page.ts";
import type { Problem } from "../http/problem.ts";

/** A request, as a handler gets it. */
export type Asked<Param extends string = never> = {
  readonly request: Request;
  /** The path's parameters. */
  readonly params: Readonly<Record<Param, string>>;
  /** The fields of a posted form; see `fieldOf`. */
  readonly body: unknown;
  /** Null without a listening server. */
  readonly server: Pick<Server<unknown>, "requestIP" | "timeout"> | null;
  /** As the user who sent the request sees it. */
  readonly site: Site;
};

/** What a handler answers. Pages and problems become responses in one place, `sendAnswer`. */
export type Answer = Page | Problem | Response;

export type Handler<Param extends string = never> = (
  asked: Asked<Param>,
) => Answer | Promise<Answer>;
