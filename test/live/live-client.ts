/** What a stream sends: an event, or a comment as a heartbeat. */
export type Said =
  | { readonly comment: string }
  | {
      readonly event: string;
      /** The cursor to reconnect with, and its position. */
      readonly id: string;
      readonly order: number;
      readonly failures: number;
    };

export type Listening = AsyncDisposable & {
  readonly response: Response;
  /** Resolves to the next event or comment, or undefined when the stream has ended. */
  next(): Promise<Said | undefined>;
};

/** Listens to an event stream until disposed of. */
export async function listenTo(
  url: string,
  headers: Record<string, string> = {},
): Promise<Listening> {
  const leaving = new AbortController();
  const response = await fetch(url, { headers, signal: leaving.signal });
  const said = pieces(response);
  return {
    response,
    next: async () => (await said.next()).value ?? undefined,
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await new Promise((turn) => setImmediate(turn));
    },
  };
}

async function* pieces(response: Response): AsyncGenerator<Said, void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const said = parsed(block);
      if (said !== undefined) yield said;
    }
  }
}

/** Returns undefined for a block that only sets the retry time. */
function parsed(block: string): Said | undefined {
  if (block.startsWith(":")) return { comment: block.slice(1) };
  const fields = new Map(
    block.split("\n").map((line) => {
      const [name = "", ...value] = line.split(": ");
      return [name, value.join(": ")];
    }),
  );
  const event = fields.get("event");
  if (event === undefined) return undefined;
  const { order, failures } = JSON.parse(fields.get("data") ?? "");
  return { event, id: fields.get("id") ?? "", order, failures };
}
