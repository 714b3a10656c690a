import type { BlockList } from "node:net";
import { Type, type Static, type TObject } from "@sinclair/typebox";
import type { FeedPosition } from "../../store/feed-position.ts";
import type { SendTest } from "../../forwarding/test-event.ts";
import type { By } from "../../store/accounts.ts";
import { readFields, readParameters } from "./parameters.ts";
import type { Stores } from "../../store/stores.ts";
import { wrongParameters, type ApiProblem } from "./problems.ts";

/** What the API reads of a store. */
export type ApiStore = Pick<
  Stores,
  | "alerts"
  | "backfills"
  | "costs"
  | "addressById"
  | "endpoints"
  | "outbox"
  | "prices"
  | "listMessages"
  | "messageBySid"
  | "timeline"
  | "feedStart"
  | "feedEnd"
  | "feedAfter"
  | "feedWithMessages"
  | "eventsWithMessages"
  | "matcher"
  | "firstMessageAt"
  | "tally"
  | "countedByMinuteSince"
  | "deliveryTimes"
  | "errorCodeFacts"
  | "suppressions"
  | "views"
>;

/** A request whose token is proven. */
export type Asked = {
  /** With numbers masked or whole, as the token may see them. */
  readonly store: ApiStore;
  readonly masksNumbers: boolean;
  /** Whether the token has the scope `write`. */
  readonly canChange: boolean;
  readonly params: Readonly<Record<string, string>>;
  readonly searchParams: URLSearchParams;
  readonly now: number;
  /** Waits until an event after this position is recorded, `seconds` at most. */
  readonly waitForEvent: (
    after: FeedPosition,
    seconds: number,
  ) => Promise<void>;
};

/** A request whose token is proven and may make changes. */
export type AskedChange = Asked & {
  /** FORWARD_ALLOW. */
  readonly forwardAllow: BlockList | undefined;
  readonly sendTest: SendTest;
  /** The token, for the audit list. */
  readonly by: By;
  /** The JSON of its body; undefined without a body. */
  readonly json: unknown;
};

export type OperationMethod = "GET" | "POST" | "PATCH" | "DELETE";

/** What the OpenAPI document says about an operation. */
export type OperationDescription = {
  readonly method: OperationMethod;
  /** Of its answer, unless that is a problem. */
  readonly status: 200 | 201 | 202 | 204;
  /** Its name in clients that are generated from the document. */
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** What the path's parameters mean. */
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly query: TObject;
  /** The JSON object that it takes; undefined for none. */
  readonly body?: TObject;
  readonly bodyExample?: unknown;
  /** Undefined for an answer without a body, which is a 204. */
  readonly answer?: TObject;
  readonly example?: unknown;
};

/** What one address of the API does; the table of routes says which. */
export type Operation = OperationDescription & {
  /** Resolves to what `answer` describes, or to an ApiProblem. */
  readonly handle: (asked: AskedChange) => Promise<unknown>;
};

type Described = Omit<OperationDescription, "method" | "status">;

type Given<Q extends TObject, A extends TObject> = Described & {
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

/** An operation that reads. Its parameters are read by their schema, and its answers have the schema's type. */
export function operation<Q extends TObject, A extends TObject>(
  given: Given<Q, A>,
): Operation {
  return {
    method: "GET",
    status: 200,
    ...given,
    async handle(asked) {
      const read = readParameters(given.query, asked.searchParams);
      return "mistakes" in read
        ? wrongParameters(read.mistakes)
        : given.handle(asked, read.values);
    },
  };
}

type GivenChange<B extends TObject, A extends TObject | undefined> = Omit<
  Described,
  "query" | "answer"
> & {
  readonly method: Exclude<OperationMethod, "GET">;
  /** 200 if it isn't given. */
  readonly status?: 201 | 202 | 204;
  readonly body: B;
  readonly answer: A;
  readonly handle: (
    asked: AskedChange,
    body: Static<B>,
  ) => Promise<AnswerOf<A> | ApiProblem>;
};

/** Without a schema, the answer has no body. */
type AnswerOf<A> = A extends TObject ? ReadOnly<Static<A>> : undefined;

/** An operation that changes something, for tokens with the scope `write`. Its body is read by its schema. */
export function change<B extends TObject, A extends TObject | undefined>(
  given: GivenChange<B, A>,
): Operation {
  const { answer, ...rest } = given;
  return {
    status: 200,
    query: NO_PARAMETERS,
    ...rest,
    ...(answer && { answer }),
    async handle(asked) {
      const parameters = readParameters(NO_PARAMETERS, asked.searchParams);
      if ("mistakes" in parameters) return wrongParameters(parameters.mistakes);
      const read = readFields(given.body, asked.json);
      return "mistakes" in read
        ? wrongParameters(read.mistakes)
        : given.handle(asked, read.values);
    },
  };
}

const NO_PARAMETERS = Type.Object({});
