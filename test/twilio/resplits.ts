import type { FormParams } from "../../src/twilio/form.ts";
import { signedParams } from "../../src/twilio/signature.ts";

/** A form and its query, without the question mark. */
export type Sent = { readonly query: string; readonly params: FormParams };

/**
 * Returns the signed text after the route: the query and the parameters, without
 * delimiters.
 */
export function signedText({ query, params }: Sent): string {
  return query + signedParams(params);
}

/** The end of the query, and the start of each name and each value. */
type Boundaries = {
  readonly queryEnd: number;
  readonly fields: readonly {
    readonly start: number;
    readonly value: number;
  }[];
};

/** Reports whether the parameters are signed in this order. */
export function isSigned({ params }: Sent): boolean {
  return params.every(
    ([name], index) => index === 0 || (params[index - 1]?.[0] ?? "") < name,
  );
}

function boundariesOf({ query, params }: Sent): Boundaries {
  let end = query.length;
  const sorted = params.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  const fields = sorted.map(([name, value]) => {
    const start = end;
    end += name.length + value.length;
    return { start, value: start + name.length };
  });
  return { queryEnd: query.length, fields };
}

function cut(text: string, { queryEnd, fields }: Boundaries): Sent {
  return {
    query: text.slice(0, queryEnd),
    params: fields.map(({ start, value }, index) => [
      text.slice(start, value),
      text.slice(value, fields[index + 1]?.start),
    ]),
  };
}

function withStart(
  { queryEnd, fields }: Boundaries,
  index: number,
  start: number,
  value: number,
): Boundaries {
  return {
    queryEnd: index === 0 ? start : queryEnd,
    fields: fields.with(index, { start, value }),
  };
}

/**
 * Yields everything that one change of the boundaries can produce: one is moved, a field is
 * merged into the previous one, or a new field is cut out. All have the same signed text.
 */
export function* changesOf(sent: Sent): Generator<Sent> {
  const text = signedText(sent);
  const now = boundariesOf(sent);
  const { fields } = now;
  const endOf = (index: number) => fields[index + 1]?.start ?? text.length;
  for (const [index, { start, value }] of fields.entries()) {
    const before = fields[index - 1]?.value ?? 0;
    if (index > 0 || sent.query !== "")
      for (let to = before; to < value; to++)
        if (to !== start) yield cut(text, withStart(now, index, to, value));
    for (let to = start + 1; to <= endOf(index); to++)
      if (to !== value) yield cut(text, withStart(now, index, start, to));
    // Without a query, the first field can't be merged into anything.
    if (index > 0 || sent.query !== "") {
      const queryEnd = index === 0 ? endOf(0) : now.queryEnd;
      yield cut(text, { queryEnd, fields: fields.toSpliced(index, 1) });
    }
  }
  for (let index = sent.query === "" ? 0 : -1; index < fields.length; index++) {
    const from = fields[index]?.value ?? 1;
    const end = endOf(index);
    for (let start = from; start < end; start++)
      for (let value = start + 1; value <= end; value++)
        yield cut(text, {
          queryEnd: index === -1 ? start : now.queryEnd,
          fields: fields.toSpliced(index + 1, 0, { start, value }),
        });
  }
}

/**
 * Yields every way to read a signed text as fields of which all but one have a name in
 * `names`, in signing order, with at most `lostMax` names skipped.
 */
export function* readings(
  text: string,
  names: readonly string[],
  lostMax: number,
): Generator<FormParams> {
  const startsAt = Array.from({ length: text.length }, (_, place) =>
    names.filter((name) => text.startsWith(name, place)),
  );
  const read: [string, string][] = [];
  function* from(
    place: number,
    lost: number,
    canInvent: boolean,
  ): Generator<FormParams> {
    if (place === text.length) {
      yield [...read];
      return;
    }
    const last = read.at(-1)?.[0] ?? "";
    const known = startsAt[place] ?? [];
    const invented = canInvent
      ? (/^[A-Za-z]\w{0,24}/.exec(text.slice(place))?.[0] ?? "")
      : "";
    for (const name of known)
      if (name > last) yield* valuesFrom(place, name, lost, canInvent);
    for (let length = 1; length <= invented.length; length++) {
      const name = invented.slice(0, length);
      if (name > last && !known.includes(name))
        yield* valuesFrom(place, name, lost + known.length, false);
    }
  }
  function* valuesFrom(
    place: number,
    name: string,
    lostBefore: number,
    canInvent: boolean,
  ): Generator<FormParams> {
    const start = place + name.length;
    let lost = lostBefore;
    for (let end = start; end <= text.length && lost <= lostMax; end++) {
      const known = startsAt[end] ?? [];
      if (end === text.length || known.length > 0 || canInvent) {
        read.push([name, text.slice(start, end)]);
        yield* from(end, lost, canInvent);
        read.pop();
      }
      lost += known.length;
    }
  }
  yield* from(0, 0, true);
}
