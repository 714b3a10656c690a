import { StoreUnusable } from "./store.ts";

/** A value in the form in which every engine reads and writes it: bytes are in hex. */
export type CopiedValue = string | number | null;

/** A row: its values in the order of its columns' names. */
export type CopiedRow = readonly CopiedValue[];

/** Where a part of a table ends: values of the columns in `CopiedTable.key`. */
export type CopiedKey = readonly (string | number)[];

export type CopiedTable = {
  readonly name: string;
  /** The columns that divide it into parts: its primary key, or the first columns of it. */
  readonly key: readonly string[];
};

/** Tables that are copied together: a part of the first one, with the rows of the others that have its key. */
export type CopiedGroup = readonly [CopiedTable, ...CopiedTable[]];

/** The rows after one key up to another; undefined is the start or the end of the table. */
export type Span = {
  readonly after: CopiedKey | undefined;
  readonly until: CopiedKey | undefined;
};

/** Rows of each table of a group, in the order of its tables. */
export type SpanRows = readonly (readonly CopiedRow[])[];

/** How many rows of each table of a group a span has, and a digest of all they say: the same on every engine. */
export type SpanDigest = readonly {
  readonly rows: number;
  readonly sha256: string;
}[];

/** The highest id that each table ever had, by its name: a new row gets a higher one. */
export type HighestIds = Readonly<Record<string, number>>;

/** A database that a ledger is copied from or to. Methods reject with StoreUnusable or StoreUnavailable. */
export interface CopySide {
  /** The names of the columns of each table, sorted. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  read(group: CopiedGroup, span: Span): Promise<SpanRows>;
  /**
   * Takes a part of the time that reading takes. If the digests of two sides are the same, so is
   * what they have; if not, their rows may still be, as each engine stores some texts in its own way.
   */
  digest(group: CopiedGroup, span: Span): Promise<SpanDigest>;
  highestIds(): Promise<HighestIds>;
  close(): Promise<void>;
}

export interface CopySource extends CopySide {
  /** The ledger's id, which its copy has too: so cursors stay valid. */
  readonly ledger: string;
  /** The key of the last of `rows` rows after a key; undefined when there are fewer. */
  endOfSpan(
    table: CopiedTable,
    after: CopiedKey | undefined,
    rows: number,
  ): Promise<CopiedKey | undefined>;
  count(table: CopiedTable): Promise<number>;
  /**
   * If no server uses the database, keeps everyone from writing to it until it's closed.
   * Resolves to false while a server uses it.
   */
  hold(): Promise<boolean>;
}

/** An unfinished copy, which a later run continues. */
export interface CopyTarget extends CopySide {
  /** The form that a row of the source has here. */
  stored(table: CopiedTable, row: CopiedRow): CopiedRow;
  /**
   * Puts rows in place of those that a span has, in one transaction. `isFinal` is whether the
   * source is held: before, a part may refer to what hasn't been copied, and is left for later.
   * Rejects with ValueTaken.
   */
  replace(
    group: CopiedGroup,
    span: Span,
    rows: SpanRows,
    isFinal: boolean,
  ): Promise<void>;
  /** Deletes all rows after a key. */
  clearAfter(group: CopiedGroup, after: CopiedKey | undefined): Promise<void>;
  /**
   * Lets servers receive callbacks, which are kept until the copy is finished. Resolves to
   * whether they can.
   */
  admitServers(): Promise<boolean>;
  /** Makes a ledger of the copy. */
  finish(ids: HighestIds): Promise<void>;
}

/** A row that comes later in the table has a value that only one row can have. */
export class ValueTaken extends Error {
  override readonly name = "ValueTaken";
}

/** The copy isn't like its source. */
export class CopyDiffers extends StoreUnusable {}
