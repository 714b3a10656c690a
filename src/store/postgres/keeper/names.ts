import { Mistake } from "../../../log/failure.ts";
import { countryOf } from "../../../phone/country.ts";
import { lastDigits } from "../../core/last-digits.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson, storableJson } from "../connection/storable.ts";
import type { HighestIds } from "./highest-ids.ts";

/** Maximum texts that are remembered; beyond it, the keeper starts over. */
const TEXTS_MAX = 200_000;
const DAY_MS = 86_400_000;

export type Names = ReturnType<typeof createNames>;

type Kind = "addresses" | "sids" | "post_shapes" | "tags";
/** Texts of which the ids are needed. A tag is its name and value as a JSON array. */
export type TextsNeeded = Readonly<Record<Kind, ReadonlySet<string>>>;

const FIND = `SELECT json_build_object(
  'addresses', (SELECT json_agg(json_build_array(id, address, country))
    FROM json_array_elements_text($1::text::json -> 'addresses') JOIN addresses ON address = value),
  'sids', (SELECT json_agg(json_build_array(id, sid))
    FROM json_array_elements_text($1::text::json -> 'sids') JOIN sids ON sid = value),
  'post_shapes', (SELECT json_agg(json_build_array(id, shape))
    FROM json_array_elements_text($1::text::json -> 'post_shapes') JOIN post_shapes ON shape = value),
  'tags', (SELECT json_agg(json_build_array(id, name, tags.value))
    FROM json_array_elements($1::text::json -> 'tags') AS tag
      JOIN tags ON name = tag ->> 0 AND tags.value = tag ->> 1)
)::text AS found`;

type Found = {
  readonly addresses: readonly [number, string, string | null][] | null;
  readonly sids: readonly [number, string][] | null;
  readonly post_shapes: readonly [number, string][] | null;
  readonly tags: readonly [number, string, string][] | null;
};

/** What the writes of a batch add to the tables of names. */
export type NewNames = {
  readonly addresses: {
    readonly id: number;
    readonly address: string;
    readonly last_digits: number | null;
    readonly country: string | null;
  }[];
  readonly sids: { readonly id: number; readonly sid: string }[];
  readonly post_shapes: { readonly id: number; readonly shape: string }[];
  readonly tags: {
    readonly id: number;
    readonly name: string;
    readonly value: string;
  }[];
  readonly sid_days: Map<number, number>;
  readonly shape_days: Map<number, number>;
};

/**
 * What messages and events refer to by id: addresses, SIDs, shapes of posts, tags. A batch
 * first loads those that it needs, and then gives ids to new ones.
 */
export function createNames(ids: HighestIds) {
  const known: Record<Kind, Map<string, number>> = {
    addresses: new Map(),
    sids: new Map(),
    post_shapes: new Map(),
    tags: new Map(),
  };
  const addressTexts = new Map<number, string>();
  const sidTexts = new Map<number, string>();
  const countries = new Map<number, string | null>();
  const lastDays = {
    sid_days: new Map<number, number>(),
    shape_days: new Map<number, number>(),
  };
  let added = noNames();

  const putAddress = (id: number, text: string, country: string | null) => {
    known.addresses.set(text, id);
    addressTexts.set(id, text);
    countries.set(id, country);
  };
  const putSid = (id: number, text: string): void => {
    known.sids.set(text, id);
    sidTexts.set(id, text);
  };
  const noteDay = (
    table: "sid_days" | "shape_days",
    id: number,
    receivedAt: number,
  ): void => {
    const day = Math.floor(receivedAt / DAY_MS);
    if ((lastDays[table].get(id) ?? -1) >= day) return;
    lastDays[table].set(id, day);
    added[table].set(id, day);
  };
  return {
    /** Call this before a batch. Whether so much is remembered that it's better to start over. */
    isFull: (): boolean =>
      known.addresses.size +
        known.sids.size +
        known.post_shapes.size +
        known.tags.size >
      TEXTS_MAX,
    async load(query: Connection["query"], needed: TextsNeeded): Promise<void> {
      const missing = {
        addresses: missingFrom(known.addresses, needed.addresses),
        sids: missingFrom(known.sids, needed.sids),
        post_shapes: missingFrom(known.post_shapes, needed.post_shapes),
        tags: missingFrom(known.tags, needed.tags).map(tagOf),
      };
      if (Object.values(missing).every((texts) => texts.length === 0)) return;
      const [row] = await query<{ found: string }>(FIND, [
        storableJson(missing),
      ]);
      const found: Found = restoredJson(row?.found ?? "{}");
      for (const address of found.addresses ?? []) putAddress(...address);
      for (const sid of found.sids ?? []) putSid(...sid);
      for (const [id, shape] of found.post_shapes ?? [])
        known.post_shapes.set(shape, id);
      for (const [id, ...tag] of found.tags ?? [])
        known.tags.set(JSON.stringify(tag), id);
    },
    putAddress,
    putSid,
    addressId: (address: string): number => {
      const id = known.addresses.get(address);
      if (id !== undefined) return id;
      const country = countryOf(address);
      const row = { id: ids.next("addresses"), address, country };
      added.addresses.push({ ...row, last_digits: lastDigits(address) });
      putAddress(row.id, address, country);
      return row.id;
    },
    sidId: (sid: string, receivedAt: number): number => {
      let id = known.sids.get(sid);
      if (id === undefined) {
        id = ids.next("sids");
        added.sids.push({ id, sid });
        putSid(id, sid);
      }
      noteDay("sid_days", id, receivedAt);
      return id;
    },
    shapeId: (shape: string, receivedAt: number): number => {
      let id = known.post_shapes.get(shape);
      if (id === undefined) {
        id = ids.next("post_shapes");
        added.post_shapes.push({ id, shape });
        known.post_shapes.set(shape, id);
      }
      noteDay("shape_days", id, receivedAt);
      return id;
    },
    /** Takes a tag as a JSON array of its name and value. */
    tagId(tag: string): number {
      let id = known.tags.get(tag);
      if (id === undefined) {
        id = ids.next("tags");
        const [name, value] = tagOf(tag);
        added.tags.push({ id, name, value });
        known.tags.set(tag, id);
      }
      return id;
    },
    countryOf: (id: number): string | null => countries.get(id) ?? null,
    texts: {
      address: (id: number): string => textIn(addressTexts, id),
      sid: (id: number): string => textIn(sidTexts, id),
    },
    /** What is new since the last call. */
    takeNew(): NewNames {
      const names = added;
      added = noNames();
      return names;
    },
  };
}

function noNames(): NewNames {
  return {
    addresses: [],
    sids: [],
    post_shapes: [],
    tags: [],
    sid_days: new Map(),
    shape_days: new Map(),
  };
}

function missingFrom(
  known: ReadonlyMap<string, number>,
  needed: ReadonlySet<string>,
): string[] {
  return [...needed].filter((text) => !known.has(text));
}

function tagOf(tag: string): [name: string, value: string] {
  return JSON.parse(tag);
}

function textIn(texts: ReadonlyMap<number, string>, id: number): string {
  const text = texts.get(id);
  if (text === undefined)
    throw new Mistake("An address or a SID of a message is missing.");
  return text;
}
