import { ago, minuteWords, utc } from "../../src/words/times.ts";

/** A time as how long ago; exact when pointed at, and on paper, where "5 min ago" says nothing. */
export function Ago({
  at,
  now,
}: {
  readonly at: number;
  readonly now: number;
}) {
  // A list has a hundred of these.
  const iso = new Date(at).toISOString();
  const minute = `${iso.slice(0, 10)} ${iso.slice(11, 16)}`;
  return (
    <time
      class="ago"
      datetime={iso}
      title={`${minute}${iso.slice(16, 19)} UTC`}
      data-minute={minute}
      safe
    >
      {ago(at, now)}
    </time>
  );
}

/** A time to the second, to be read out to someone, and how long ago. */
export function When({
  at,
  now,
}: {
  readonly at: number;
  readonly now: number;
}) {
  return (
    <span class="when">
      <time datetime={new Date(at).toISOString()} title={`${utc(at)} UTC`} safe>
        {`${utc(at)} UTC`}
      </time>{" "}
      <Ago at={at} now={now} />
    </span>
  );
}

/** A time to the millisecond, UTC. */
export function Exact({ at }: { readonly at: number }) {
  return (
    <time datetime={new Date(at).toISOString()} title={`${utc(at)} UTC`} safe>
      {utc(at, true)}
    </time>
  );
}

/** `3 Nov 2026, 14:00 UTC` */
export function Minute({ at }: { readonly at: number }) {
  return (
    <time datetime={new Date(at).toISOString()} title={`${utc(at)} UTC`} safe>
      {`${minuteWords(at)} UTC`}
    </time>
  );
}
