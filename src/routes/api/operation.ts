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

/** What the OpenAPI document says about an operation. */
export type OperationDescription = {
  /** Its name in clients that are generated from the document. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** What the path's parameters mean. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query: TObject;
  readonly answer: TObject;
  readonly example: unknown;
};

/** What one address of the API does; the table of routes says which. */
export type Operation = OperationDescription & {
  /** Resolves to what `answer` describes, or to an ApiProblem. */
  readonly handle: (asked: Asked) => Promise<unknown>;
};

type Given<Q extends TObject, A extends TObject> = OperationDescription & {
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

/** An operation whose parameters are read by their schema, and whose answers have the schema's type. */
export function operation<Q extends TObject, A extends TObject>(
  given: Given<Q, A>,
): Operation {
  return {
    ...given,
    async handle(asked) {
      const read = readParameters(given.query, asked.searchParams);
      return "mistakes" in read
        ? wrongParameters(read.mistakes)
        : given.handle(asked, read.values);
    },
  };
}
