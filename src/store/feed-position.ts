/**
 * A place in the feed of one ledger: after one of its events, or at its start. It is opaque
 * to everyone but the engine; its text is a cursor. It names its ledger, as a restored
 * backup gives the same ids to other events.
 */
export class FeedPosition {
  constructor(
    /** Undefined in a cursor of version 0.1.0, which didn't name it. */
    private readonly ledger: string | undefined,
    private readonly eventId: number,
  ) {}

  /** The position that a text names; undefined when it isn't a cursor of the feed. */
  static read(text: string): FeedPosition | undefined {
    const plain = Buffer.from(text, "base64url").toString();
    const [, ledger, id] = CURSOR.exec(plain) ?? [];
    // Pages of version 0.1.0 name the event's id alone.
    const [bare] = /^\d{1,15}$/.exec(text) ?? [];
    const eventId = id ?? bare;
    return eventId === undefined
      ? undefined
      : new FeedPosition(ledger, Number(eventId));
  }

  /** For addresses and JSON: letters, digits, `-` and `_`. */
  get text(): string {
    return Buffer.from(`events:${this.ledger}:${this.eventId}`).toString(
      "base64url",
    );
  }

  isSame(other: FeedPosition): boolean {
    return this.ledger === other.ledger && this.eventId === other.eventId;
  }

  /** Rises along the feed, for telling positions of one ledger apart. */
  get order(): number {
    return this.eventId;
  }

  /**
   * The event that it comes after, for the engine. Throws FeedPositionGone when it's in
   * another ledger or beyond the end of this one: events would be skipped silently.
   */
  eventIdIn(ledger: string, lastEventId: number): number {
    if (this.ledger !== ledger || this.eventId > lastEventId)
      throw new FeedPositionGone();
    return this.eventId;
  }
}

const CURSOR = /^events:(?:([0-9a-f]{16}):)?(\d{1,15})$/;

/** A position in the feed that this ledger doesn't have; the reader has to start over. */
export class FeedPositionGone extends Error {
  override readonly name = "FeedPositionGone";
  constructor() {
    super(
      "This place in the feed isn't in this ledger: a backup was restored since, or version 0.1.0 named it.",
    );
  }
}
