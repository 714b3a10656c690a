/**
 * Pieces of text as bytes, read no faster than they are taken. `onStep` is called before
 * each piece. When a piece cannot be made the stream errors, so that the connection is
 * cut and a part is not taken for all.
 */
export function textStream(
  pieces: AsyncGenerator<string, void>,
  onStep: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        onStep();
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
