import type { By } from "../store/accounts.ts";
import {
  ENDPOINTS_MAX,
  ROTATION_MS,
  type EndpointStore,
} from "../store/endpoints.ts";
import {
  DEFAULTS,
  readEndpoint,
  type EndpointCircumstances,
  type EndpointMistake,
  type GivenEndpoint,
} from "./endpoint-rules.ts";
import { newEndpointSecret } from "./secrets.ts";

type Mistaken = { readonly mistakes: readonly EndpointMistake[] };

/** A new endpoint, whose secret can't be read again; or what is wrong. */
export type AddedEndpoint =
  { readonly id: number; readonly secret: string } | Mistaken;

const NAME_TAKEN: EndpointMistake = {
  field: "name",
  sentence: "Another endpoint has this name. Choose another one.",
};

const TOO_MANY: EndpointMistake = {
  field: "name",
  sentence: `There are already ${ENDPOINTS_MAX} endpoints, the maximum. Remove one that nothing uses.`,
};

/**
 * The runtime has at most 256 requests under way. If hosts that don't respond took them all,
 * they would delay every other endpoint. Some are left for resends and alert channels.
 */
export const CONCURRENCY_SUM_MAX = 200;

async function concurrencyMistakes(
  endpoints: EndpointStore,
  concurrency: number,
  id?: number,
): Promise<readonly EndpointMistake[]> {
  const others = (await endpoints.list()).filter((each) => each.id !== id);
  const taken = others.reduce((sum, each) => sum + each.concurrency, 0);
  if (taken + concurrency <= CONCURRENCY_SUM_MAX) return [];
  const sentence = `All endpoints together can have at most ${CONCURRENCY_SUM_MAX} requests at once, and the others have ${taken}. Choose a lower number, or lower theirs.`;
  return [{ field: "concurrency", sentence }];
}

/** Adds an endpoint, active from now on. */
export async function addEndpoint(
  endpoints: EndpointStore,
  given: GivenEndpoint,
  circumstances: EndpointCircumstances,
  by: By,
): Promise<AddedEndpoint> {
  const read = readEndpoint(
    { ...DEFAULTS, ...given, name: given.name ?? "", url: given.url ?? "" },
    circumstances,
  );
  if ("mistakes" in read) return read;
  const { name = "", url = "", ...others } = read.settings;
  const settings = { ...DEFAULTS, ...others, name, url };
  const mistakes = await concurrencyMistakes(endpoints, settings.concurrency);
  if (mistakes.length > 0) return { mistakes };
  const secret = newEndpointSecret();
  const added = await endpoints.add({ ...settings, secret }, by);
  if ("id" in added) return { id: added.id, secret };
  const isTaken = added.refusal === "name taken";
  return { mistakes: [isTaken ? NAME_TAKEN : TOO_MANY] };
}

/** Changes what is given. Resolves to whether the endpoint existed, or to what is wrong. */
export async function changeEndpoint(
  endpoints: EndpointStore,
  id: number,
  given: GivenEndpoint,
  circumstances: EndpointCircumstances,
  by: By,
): Promise<boolean | Mistaken> {
  const read = readEndpoint(given, circumstances);
  if ("mistakes" in read) return read;
  const { concurrency } = read.settings;
  const mistakes =
    concurrency === undefined
      ? []
      : await concurrencyMistakes(endpoints, concurrency, id);
  if (mistakes.length > 0) return { mistakes };
  const refusal = await endpoints.change(id, read.settings, by);
  if (refusal === "name taken") return { mistakes: [NAME_TAKEN] };
  return refusal === undefined;
}

/** Gives an endpoint a new secret; the one before signs, too, for `ROTATION_MS`. Undefined if there's no such endpoint. */
export async function rotateSecret(
  endpoints: EndpointStore,
  id: number,
  by: By,
): Promise<
  { readonly secret: string; readonly previousUntil: number } | undefined
> {
  const secret = newEndpointSecret();
  const previousUntil = by.at + ROTATION_MS;
  const refusal = await endpoints.rotate(id, { secret, previousUntil }, by);
  return refusal === undefined ? { secret, previousUntil } : undefined;
}
