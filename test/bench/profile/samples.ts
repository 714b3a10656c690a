/** A sample as JavaScriptCore gives it: the innermost frame first. */
export type Sample = {
  readonly frames: readonly {
    readonly name: string;
    readonly sourceURL?: string;
  }[];
};

export type ThreadName = "http" | "writer";

/** What a callback needs, by the file of the innermost function of ours. The first that fits counts. */
const STEPS: Readonly<
  Record<ThreadName, readonly (readonly [RegExp, string])[]>
> = {
  http: [
    [
      /src\/(twilio\/(signature|auth-tokens|shared-keys)|receiver\/(signature-check|signed-urls|raw-queries))/,
      "verify the signature",
    ],
    [/src\/(twilio\/form|http\/body)/, "read the form"],
    [/src\/(twilio|phone)\//, "read the callback from its parameters"],
    [/src\/store\//, "hand over to the writer, and take its answers"],
    [/src\/receiver\//, "receive: order of the checks, counts, the answer"],
    [/src\/|node_modules\//, "route: Elysia and the gate"],
  ],
  writer: [
    [/src\/store\/sqlite\/writer\//, "read the batch, answer it, tidy up"],
    [
      /recording\/(names|addresses|interning|fresh-ids)/,
      "ids of addresses, SIDs and parameter names",
    ],
    [/recording\/message-rows/, "the message's row"],
    [
      /recording\/(event-recorder|message-events|event-posts|event-confirmations)/,
      "the event's row",
    ],
    [/recording\/(message-tags|event-addresses)/, "tags and further addresses"],
    [/recording\/|rollups\//, "counts by hour, failing recipients"],
    [/connection\/transactions/, "begin and commit"],
    [/src\/store\/core\//, "what the event changes"],
  ],
};
const ELSEWHERE = "elsewhere in JavaScript";

/** Counts samples by step, and by the innermost function of ours with what it called. */
export function count(thread: ThreadName, samples: readonly Sample[]) {
  const steps = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const { frames } of samples) {
    const own = frames.find(({ sourceURL }) =>
      /\/(src|node_modules)\//.test(sourceURL ?? ""),
    );
    const file = own?.sourceURL ?? "";
    const [, step = ELSEWHERE] =
      STEPS[thread].find(([pattern]) => pattern.test(file)) ?? [];
    add(steps, step);
    const called = frames[0] === own ? "" : ` → ${frames[0]?.name}`;
    add(
      functions,
      own === undefined
        ? (frames[0]?.name ?? "")
        : `${file.replace(/^.*\/(src|node_modules)\//, "")} ${own.name}${called}`,
    );
  }
  return { steps, functions };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
