/** Events, or changes of the "do not send" list. */
export type Feed = "events" | "suppressions";

/**
 * A place in a feed of one ledger: after one of its events, or at its start. Only the
 * engine knows what's in it; its text is a cursor. It names its ledger, as a restored backup
 * gives the same ids to other events.
 */
export class FeedPosition {
  constructor(
    /** Undefined in a cursor of version 0.1.0, which didn't name it. */
    private readonly ledger: string | undefined,
    private readonly eventId: number,
    private readonly feed: Feed = "events",
  ) {}

  /** The position that a cursor names; undefined for any other text. */
  static read(text: string, feed: Feed = "events"): FeedPosition | undefined {
    const plain = Buffer.from(text, "base64url").toString();
    const [, named, ledger, id] = CURSOR.exec(plain) ?? [];
    if (named === feed) return new FeedPosition(ledger, Number(id), feed);
    // Pages of version 0.1.0 name only the event's id.
    return feed === "events" && /^\d{1,15}$/.test(text)
      ? new FeedPosition(undefined, Number(text))
      : undefined;
  }

  /** The cursor, for URLs and JSON: letters, digits, `-` and `_`. */
  get text(): string {
    return Buffer.from(`${this.feed}:${this.ledger}:${this.eventId}`).toString(
      "base64url",
    );
  }

  isSame(other: FeedPosition): boolean {
    return this.ledger === other.ledger && this.eventId === other.eventId;
  }

  /** The position in the same ledger after the event with this id. */
  afterEvent(id: number): FeedPosition {
    return new FeedPosition(this.ledger, id);
  }

  /** Rises along the feed of one ledger. */
  get order(): number {
    return this.eventId;
  }

  /**
   * The event before it, for the engine. Throws FeedPositionGone when it's in another ledger
   * or beyond the end of this one, as events would be skipped silently.
   */
  eventIdIn(ledger: string, lastEventId: number): number {
    if (this.ledger !== ledger || this.eventId > lastEventId)
      throw new FeedPositionGone();
    return this.eventId;
  }
}

const CURSOR = /^(events|suppressions):(?:([0-9a-f]{16}):)?(\d{1,15})$/;

/** A position in the feed that this ledger doesn't have; the reader has to start over. */
export class FeedPositionGone extends Error {
  override readonly name = "FeedPositionGone";
  constructor() {
    super(
      "This place in the feed isn't in this ledger: a backup was restored since, or version 0.1.0 named it.",
    );
  }
}
