import type { Config } from "../../config/config.ts";
import { requesterOf } from "../../account/viewer.ts";
import { emptyResponse, jsonResponse } from "../../http/responses.ts";
import { validatedJson } from "../../http/validated-json.ts";
import { maskedStore } from "../../store/masked.ts";
import type { SendTest } from "../../forwarding/test-event.ts";
import type { TokenScope } from "../../store/api-tokens.ts";
import type { Stores } from "../../store/stores.ts";
import { queryOf } from "../../receiver/signed-urls.ts";
import type { Asked } from "../asked.ts";
import { openApiDocument, type DescribedRoute } from "./openapi.ts";
import { EventWaits } from "./event-waits.ts";
import { readJson } from "./json-body.ts";
import {
  ApiProblem,
  NO_SUCH_ROUTE,
  problemResponse,
  READ_ONLY_TOKEN,
} from "./problems.ts";
import type { ApiStore, Operation } from "./operation.ts";
import { TokenAccess, type TokenAccessDeps } from "./token-access.ts";

/** Seconds after the requested wait until the connection is closed. */
const TIMEOUT_MORE_S = 30;

export type ApiDeps = TokenAccessDeps & {
  /** With numbers whole. */
  readonly store: Stores;
  readonly config: Pick<Config, "publicUrl" | "forwardAllow">;
  readonly sendTest: SendTest;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

const MASKS_NUMBERS: Record<TokenScope, boolean> = {
  read: true,
  "read unmasked": false,
  write: false,
};

/** Answers requests to the API: token, limit, parameters, then the operation. */
export class Api {
  readonly #now: () => number;
  readonly #access: TokenAccess;
  readonly #waits: EventWaits;
  readonly #whole: ApiStore;
  readonly #masked: ApiStore;

  readonly #deps: ApiDeps;

  constructor(deps: ApiDeps) {
    this.#deps = deps;
    this.#now = deps.now;
    this.#access = new TokenAccess(deps);
    this.#waits = new EventWaits(deps);
    this.#whole = deps.store;
    this.#masked = maskedStore(deps.store);
  }

  async answer(
    operation: Operation,
    {
      request,
      params,
      server,
    }: Pick<Asked<string>, "request" | "params" | "server">,
  ): Promise<Response> {
    const found = await this.#access.tokenOf(request.headers);
    if ("problem" in found) return problemResponse(found.problem);
    const { token } = found;
    const { headers, problem } = await this.#access.count(token);
    if (problem !== undefined) return problemResponse(problem, headers);
    const at = this.#now();
    const { address } = requesterOf(request);
    this.#access.noteUse(token, address);
    const isChange = operation.method !== "GET";
    if (isChange && token.scope !== "write")
      return problemResponse(READ_ONLY_TOKEN, headers);
    const body = isChange ? await readJson(request) : { json: undefined };
    if (body instanceof ApiProblem) return problemResponse(body, headers);

    let hasWaited = false;
    const masksNumbers = MASKS_NUMBERS[token.scope];
    const answer = await operation.handle({
      store: masksNumbers ? this.#masked : this.#whole,
      masksNumbers,
      canChange: token.scope === "write",
      forwardAllow: this.#deps.config.forwardAllow,
      sendTest: this.#deps.sendTest,
      params,
      searchParams: new URLSearchParams(queryOf(request.url)),
      now: at,
      by: { at, actor: `token ${token.name}`, address },
      json: body.json,
      waitForEvent: async (after, seconds) => {
        hasWaited = true;
        server?.timeout(request, seconds + TIMEOUT_MORE_S);
        await this.#waits.wait(after, seconds * 1_000, request.signal);
      },
    });
    if (hasWaited) {
      // It may have been revoked in the meantime.
      const still = await this.#access.tokenOf(request.headers);
      if ("problem" in still) return problemResponse(still.problem);
    }
    if (answer instanceof ApiProblem) return problemResponse(answer, headers);
    const { status } = operation;
    if (status === 204) return emptyResponse({ headers });
    return isChange
      ? jsonResponse(answer, { status, headers })
      : validatedJson(request, answer, headers);
  }

  /** An address that the API doesn't have. */
  readonly notFound = (): Response => problemResponse(NO_SUCH_ROUTE);

  /** Answers with the document that describes these routes; it says nothing of what is stored. */
  describe(
    routes: readonly DescribedRoute[],
  ): (asked: Pick<Asked, "request">) => Response {
    let document: object | undefined;
    return ({ request }) => {
      document ??= openApiDocument(routes, this.#deps.config.publicUrl);
      return validatedJson(request, document);
    };
  }
}
