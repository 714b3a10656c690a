export type StreamSteps = {
  /** Makes each piece, when its time has come. */
  readonly step: <T>(make: () => Promise<T>) => Promise<T>;
  /** Called once, when no more pieces are made: with `failure` when one could not be. */
  readonly onEnd: (end: StreamEnd) => void;
};

export type StreamEnd = {
  /** All pieces were made, and nobody left before. */
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
        // Not waited for: that would take as long as the piece in the making.
        pieces.return().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
