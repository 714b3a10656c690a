/** What is known about a database without opening it. */
export type DatabaseFacts = {
  /** Where it is, without secrets: the path of a file, or a server and the database's name. */
  readonly place: string;
  /** The last part of its place, for those who don't run the server. */
  readonly name: string;
  /** Whether a database server keeps it, whose disk and backups aren't seen from here. */
  readonly isOnServer: boolean;
  readonly schemaVersion: number;
  space(): Promise<Space>;
};

/** Bytes that a database takes; undefined for what isn't known. */
export type Space = {
  readonly bytes: number | undefined;
  /** Of the write-ahead log; a server's isn't seen from here. */
  readonly logBytes: number | undefined;
  /** Undefined also for a database that is on a server. */
  readonly disk: DiskRoom | undefined;
};

export type DiskRoom = {
  /** Tells disks apart. */
  readonly device: number;
  /** What is left for users who aren't root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
};
