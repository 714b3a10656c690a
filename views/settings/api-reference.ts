/** What the page shows of the API. */
export type ApiReference = {
  readonly topics: readonly ApiTopic[];
  /** What holds for every operation. */
  readonly about: readonly string[];
};

export type ApiTopic = {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly ApiOperation[];
};

export type ApiOperation = {
  /** Also its place on the page. */
  readonly id: string;
  readonly method: string;
  /** As in `/api/v1/messages/{sid}`. */
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** Whether its token must have the scope `write`. */
  readonly isChange: boolean;
  readonly parameters: readonly ApiField[];
  readonly fields: readonly ApiField[];
  /** A command that asks it. */
  readonly curl: string;
  /** The JSON of an answer; undefined for one without a body. */
  readonly example: string | undefined;
};

export type ApiField = {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
};
