import type { Static, TObject } from "@sinclair/typebox";
import type { FeedPosition } from "../../store/feed-position.ts";
import type { Store } from "../../store/store.ts";
import { readParameters } from "./parameters.ts";
import { wrongParameters, type ApiProblem } from "./problems.ts";

/** What the API reads of a store. */
export type ApiStore = Pick<
  Store,
  | "listMessages"
  | "messageBySid"
  | "timeline"
  | "feedStart"
  | "feedEnd"
  | "feedAfter"
  | "firstMessageAt"
  | "tally"
  | "countedByMinuteSince"
  | "deliveryTimes"
  | "errorCodeFacts"
>;

/** A request whose token is proven. */
export type Asked = {
  /** With numbers masked or whole, as the token may see them. */
  readonly store: ApiStore;
  readonly masksNumbers: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly searchParams: URLSearchParams;
  readonly now: number;
  /** Waits until an event after this position is recorded, `seconds` at most. */
  readonly waitForEvent: (
    after: FeedPosition,
    seconds: number,
  ) => Promise<void>;
};

/** What the OpenAPI document says of a route. */
export type ApiDescription = {
  /** As Elysia takes it: `/api/v1/messages/:sid`. */
  readonly path: string;
  /** Its name in programs that are made from the document. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** What the parts of the path are that begin with a colon. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query: TObject;
  readonly answer: TObject;
  readonly example: unknown;
};

/** One address of the API, which answers GET. */
export type ApiRoute = ApiDescription & {
  /** What it answers with, as `answer` describes it, or why it does not. */
  readonly handle: (asked: Asked) => Promise<unknown>;
};

type Given<Q extends TObject, A extends TObject> = ApiDescription & {
  readonly query: Q;
  readonly answer: A;
  readonly example: ReadOnly<Static<A>>;
  readonly handle: (
    asked: Asked,
    query: Static<Q>,
  ) => Promise<ReadOnly<Static<A>> | ApiProblem>;
};

type ReadOnly<T> = T extends object
  ? { readonly [K in keyof T]: ReadOnly<T[K]> }
  : T;

/** A route whose parameters are read by their schema, and whose answers have the schema's type. */
export function apiRoute<Q extends TObject, A extends TObject>(
  route: Given<Q, A>,
): ApiRoute {
  return {
    ...route,
    async handle(asked) {
      const read = readParameters(route.query, asked.searchParams);
      return "mistakes" in read
        ? wrongParameters(read.mistakes)
        : route.handle(asked, read.values);
    },
  };
}
