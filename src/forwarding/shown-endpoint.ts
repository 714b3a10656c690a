import { numbersAskedFor } from "../api/masked-filter.ts";
import { parseFilter } from "../messages/filter-language.ts";

/** Who an endpoint is shown to. */
export type EndpointReader = {
  /** Whether they can change it: then they see its whole URL, which may be a secret. */
  readonly canChange: boolean;
  readonly masksNumbers: boolean;
};

/** Returns the part of a URL that a reader may see: without its path and query if they can't change the endpoint. */
export function shownUrl(url: string, { canChange }: EndpointReader): string {
  if (canChange) return url;
  const { origin, pathname, search } = new URL(url);
  return pathname === "/" && search === "" ? origin : `${origin}/…`;
}

/** Returns a filter, or undefined if it names numbers that the reader sees masked. */
export function shownFilter(
  filter: string,
  { canChange, masksNumbers }: EndpointReader,
): string | undefined {
  if (canChange || !masksNumbers) return filter;
  const { terms } = parseFilter(filter, Date.now());
  return numbersAskedFor(terms).length === 0 ? filter : undefined;
}
