import { searchDictionary, wholeCode } from "../errors/dictionary.ts";
import { filterText } from "../messages/filter-language.ts";
import type { ErrorCodeInfo } from "../twilio/error-codes/error-codes.ts";
import { isMessageSid } from "../twilio/sid.ts";
import type { SavedView } from "../store/views.ts";
import { findNumbers, findWholeNumber } from "./find-numbers.ts";
import {
  groupOf,
  messageGroup,
  OF_A_KIND_MAX,
  type Found,
  type Gap,
  type Group,
  type SearchStore,
} from "./found.ts";
import { meaningOf, type Meaning } from "./meaning.ts";
import { byName, pagesFor, type FindablePage } from "./pages.ts";

export type SearchDeps = {
  readonly store: SearchStore;
  readonly now: () => number;
  readonly masksNumbers: boolean;
};

/** What the one who searches may use. */
export type Own = {
  readonly pages: readonly FindablePage[];
  readonly views: readonly SavedView[];
};

/** Shorter texts fit too many names, tags and codes. */
const WORD_MIN = 2;

/** Searches everything for what someone typed. Each lookup goes by an index, or is bounded. */
export async function findAnything(
  { store, now, masksNumbers }: SearchDeps,
  typed: string,
  { pages, views }: Own,
): Promise<Found> {
  const meaning = meaningOf(typed, now());
  const { text, words, filter, number, sid, owner } = meaning;
  if (filter !== undefined)
    return foundOf(text, [
      groupOf("filter", [{ kind: "filter", q: filter }], true),
    ]);
  const own = pageGroup(words, pages);
  if (text.length < WORD_MIN) return foundOf(text, [own]);
  const named =
    sid !== undefined
      ? await bySid(store, sid)
      : owner && (await byOwner(store, owner));
  // Otherwise it may be a word, such as "accede".
  if (named !== undefined && named.findings.length > 0)
    return foundOf(text, [named]);
  const [numbers, tagged, senders] = await Promise.all([
    masksNumbers
      ? findWholeNumber(store, meaning)
      : findNumbers(store, meaning),
    byTag(store, text),
    bySender(store, number ?? text),
  ]);
  const codes = codeGroup(words);
  const saved = viewGroup(words, views);
  return foundOf(
    text,
    number === undefined
      ? [saved, own, codes, ...tagged, senders, ...numbers.groups]
      : [...numbers.groups, ...tagged, senders, codes, saved, own],
    numbers.gaps,
  );
}

/** Those with exactly what was typed come first, and lead on if there's only one. */
function foundOf(
  text: string,
  all: readonly Group[],
  gaps: readonly Gap[] = [],
): Found {
  const groups = all.filter(({ findings }) => findings.length > 0);
  const exact = groups.filter(({ isExact }) => isExact);
  return {
    text,
    groups: [...exact, ...groups.filter(({ isExact }) => !isExact)],
    direct: exact.length === 1 ? exact[0]?.findings[0] : undefined,
    gaps,
  };
}

function pageGroup(text: string, pages: readonly FindablePage[]): Group {
  const fitting = pagesFor(text, pages);
  const isExact = fitting[0]?.title.toLowerCase() === text.toLowerCase();
  const findings = fitting.map((page) => ({ kind: "page", page }) as const);
  return text === ""
    ? { kind: "page", findings, isExact }
    : groupOf("page", findings, isExact);
}

function viewGroup(text: string, views: readonly SavedView[]): Group {
  const fitting = byName(text, views, ({ name }) => name);
  const [first] = fitting;
  return groupOf(
    "view",
    fitting.map((view) => ({ kind: "view", view })),
    first?.name.toLowerCase() === text.toLowerCase(),
  );
}

async function bySid(store: SearchStore, sid: string): Promise<Group> {
  if (isMessageSid(sid)) {
    const message = await store.messageBySid(sid);
    return messageGroup(message === undefined ? [] : [message], "", true);
  }
  const { messages } = await store.listMessages(
    [{ field: "sid", negated: false, values: [sid] }],
    { size: OF_A_KIND_MAX + 1 },
  );
  return messageGroup(messages, filterText([["sid", sid]]));
}

async function byOwner(
  store: SearchStore,
  { field, start }: NonNullable<Meaning["owner"]>,
): Promise<Group> {
  const sids = await store.suggest(field, start, OF_A_KIND_MAX);
  return groupOf(
    field,
    sids.map((sid) => ({ kind: field, sid })),
    sids[0] === start,
  );
}

/** Tags with this value, or with this name and value, and the latest messages of the one that has exactly that. */
async function byTag(
  store: SearchStore,
  text: string,
): Promise<readonly Group[]> {
  const hasName = text.indexOf("=") > 0;
  const tags = await store.suggest(
    hasName ? "tag" : "tag-value",
    text,
    OF_A_KIND_MAX,
  );
  const wholes = tags.filter((tag) => {
    const [, value] = pairOf(tag);
    return (hasName ? tag : value).toLowerCase() === text.toLowerCase();
  });
  const isExact = wholes.length === 1;
  const findings = [...new Set([...wholes, ...tags])].map(
    (tag) => ({ kind: "tag", tag }) as const,
  );
  const group = groupOf("tag", findings, isExact);
  const [whole] = wholes;
  if (whole === undefined || !isExact) return [group];
  const [name, value] = pairOf(whole);
  const { messages } = await store.listMessages(
    [{ field: "tag", negated: false, name, value }],
    { size: OF_A_KIND_MAX + 1 },
  );
  return [group, messageGroup(messages, filterText([["tag", whole]]))];
}

function pairOf(tag: string): [name: string, value: string] {
  const at = tag.indexOf("=");
  return [tag.slice(0, at), tag.slice(at + 1)];
}

async function bySender(store: SearchStore, start: string): Promise<Group> {
  const isBareNumber = /^[1-9]\d+$/.test(start);
  const senders = await store.suggest(
    "from",
    isBareNumber ? `+${start}` : start,
    OF_A_KIND_MAX,
  );
  return groupOf(
    "sender",
    senders.map((address) => ({ kind: "sender", address })),
    senders.length === 1 && senders[0]?.toLowerCase() === start.toLowerCase(),
  );
}

/** By a number or its beginning, or by words of the meaning. */
function codeGroup(text: string): Group {
  const whole = wholeCode(text);
  const isNumber = /^\d+$/.test(text);
  if (!isNumber && text.length < CODE_WORD_MIN) return groupOf("code", []);
  const { codes } = searchDictionary(text);
  // Its title says it, or only what we explain of it.
  const word = ` ${text.toLowerCase()}`;
  const isTitled = ({ code, title }: ErrorCodeInfo): boolean =>
    ` ${code} ${title?.toLowerCase()}`.includes(word);
  const ordered = [
    ...codes.filter(isTitled),
    ...codes.filter((info) => !isTitled(info)),
  ];
  return groupOf(
    "code",
    ordered.map((info) => ({ kind: "code", info })),
    whole !== undefined,
  );
}

const CODE_WORD_MIN = 3;
