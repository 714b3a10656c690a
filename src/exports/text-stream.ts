export type StreamSteps = {
  /** Produces each piece when its turn comes. */
  readonly step: <T>(make: () => Promise<T>) => Promise<T>;
  /** Called once, after the last piece; with `failure` if one couldn't be produced. */
  readonly onEnd: (end: StreamEnd) => void;
};

export type StreamEnd = {
  /** All pieces were produced, and the reader stayed until the end. */
  readonly isWhole: boolean;
  readonly failure?: unknown;
};

/**
 * Pieces of text as bytes, made no faster than they are taken; empty ones are passed
 * over. Nothing more is made for one who is gone, also while all pieces are empty. When
 * a piece cannot be made the stream errors, so that the connection is cut and a part is
 * not taken for all.
 */
export function textStream(
  pieces: AsyncGenerator<string, void>,
  { step, onEnd }: StreamSteps,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isCancelled = false;
  /** The next piece that is not empty; undefined at the end, or when nobody waits for it. */
  const nextText = async (): Promise<string | undefined> => {
    for (;;) {
      const made = await step(async () =>
        isCancelled ? undefined : await pieces.next(),
      );
      if (made === undefined || made.done === true) return undefined;
      if (made.value !== "") return made.value;
    }
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const text = await nextText();
          if (isCancelled) return;
          if (text !== undefined) {
            controller.enqueue(encoder.encode(text));
            return;
          }
          controller.close();
        } catch (failure) {
          if (isCancelled) return;
          onEnd({ isWhole: false, failure });
          throw failure;
        }
        onEnd({ isWhole: true });
      },
      cancel() {
        isCancelled = true;
        onEnd({ isWhole: false });
        // Not awaited: that would take as long as the piece being produced.
        pieces.return().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
