export type StreamSteps = {
  /** Waited for before each piece is made. */
  readonly beforeStep: () => Promise<void>;
  /** Called once, when no more pieces are made: with `failure` when one could not be. */
  readonly onEnd: (end: { readonly failure?: unknown }) => void;
};

/**
 * Pieces of text as bytes, made no faster than they are taken; empty ones are passed
 * over. Nothing more is made for one who is gone, also while all pieces are empty. When
 * a piece cannot be made the stream errors, so that the connection is cut and a part is
 * not taken for all.
 */
export function textStream(
  pieces: AsyncGenerator<string, void>,
  { beforeStep, onEnd }: StreamSteps,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let isCancelled = false;
  /** The next piece that is not empty; undefined at the end, or when nobody waits for it. */
  const nextText = async (): Promise<string | undefined> => {
    for (;;) {
      await beforeStep();
      if (isCancelled) return undefined;
      const { done, value } = await pieces.next();
      if (done === true) return undefined;
      if (value !== "") return value;
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
          onEnd({ failure });
          throw failure;
        }
        onEnd({});
      },
      cancel() {
        isCancelled = true;
        onEnd({});
        // Not waited for: that would take as long as the piece in the making.
        pieces.return().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
