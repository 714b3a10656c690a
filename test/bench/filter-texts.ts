import type { MessageRow } from "../../src/store/store.ts";
import type { People } from "./history/samples.ts";

/** Similar filters that take turns, by what they search for. */
export type FilterTexts = Readonly<Record<string, readonly string[]>>;

/** Returns single-condition filters with values that this history has. */
export function filtersOfSamples(
  samples: readonly MessageRow[],
  { busy, quiet }: People,
): FilterTexts {
  const each = (
    field: string,
    value: (row: MessageRow) => string | number | null,
  ): readonly string[] => [
    ...new Set(
      samples.flatMap((row) => {
        const text = value(row);
        return text === null ? [] : [`${field}:${text}`];
      }),
    ),
  ];
  const orders = samples.flatMap(({ tags }) =>
    tags.filter(([name]) => name === "order").map(([, value]) => value),
  );
  const [service = ""] = each("service", (row) => row.messagingServiceSid);
  return {
    "to:(busy)": busy.map((number) => `to:${number}`),
    "to:(quiet)": quiet.map((number) => `to:${number}`),
    "to:(4 last digits)": quiet.map((number) => `to:${number.slice(-4)}`),
    "to:(7 last digits)": quiet.map((number) => `to:${number.slice(-7)}`),
    "to:~(id)": each("to", ({ recipientId }) => `~${recipientId}`),
    "from:(sender)": each("from", ({ from }) => from),
    "sid:(whole)": each("sid", ({ messageSid }) => messageSid),
    "account:(SID)": each("account", ({ accountSid }) => accountSid),
    "service:(SID)": each("service", (row) => row.messagingServiceSid),
    "tag:order=(one)": orders.map((order) => `tag:order=${order}`),
    "(SID)": samples.map(({ messageSid }) => messageSid),
    "service:(SID) channel:whatsapp": [`${service} channel:whatsapp`],
  };
}

/** Returns single-condition filters, wide and narrow. */
export function oneCondition(day: (age: number) => string): FilterTexts {
  return byText([
    ["status:delivered"],
    ["status:failed"],
    ["status:undelivered"],
    ["status:sent"],
    ["status:read"],
    ["code:30003"],
    ["code:63049"],
    ["code:99999"],
    ["channel:whatsapp"],
    ["channel:sms"],
    ["country:US"],
    ["country:FO"],
    ["to:+1"],
    ["to:+12025", "to:+1202512", "to:+49151"],
    ["to:+99999"],
    ["from:+1888", "from:+44"],
    ["sid:SM3", "sid:SM3f", "sid:SMffffff"],
    ["tag:campaign=login-codes-01", "tag:campaign=spring-sale-12"],
    ["tag:order"],
    ["tag:campaign=none-such"],
    [`after:${day(1)}`, `after:${day(30)}`],
    [`before:${day(30)}`, `before:${day(89)}`],
    ["4711", "+49151", "0000"],
    ["+999999999"],
    ["-status:delivered"],
    ["-country:US"],
    ["-to:+1"],
    ["-tag:campaign=login-codes-01"],
  ]);
}

/** Returns multi-condition filters, many of which match little or nothing. */
export function severalConditions(day: (age: number) => string): FilterTexts {
  const longAgo = `after:${day(80)} before:${day(78)}`;
  return byText([
    ["-status:delivered -status:read"],
    ["status:undelivered -code:30003"],
    ["status:failed country:FO"],
    ["status:sent country:FO channel:whatsapp"],
    ["code:63049 status:delivered"],
    ["country:US code:30034 channel:whatsapp"],
    ["to:+1 country:DE"],
    ["to:+1 status:read -country:US"],
    ["to:4711 country:FO"],
    ["from:72727 country:FO"],
    ["tag:campaign=spring-sale-12 status:read"],
    ["tag:order status:undelivered country:IS"],
    ["status:delivered code:30008"],
    [longAgo],
    [`status:failed ${longAgo}`],
    [`status:failed country:FO ${longAgo}`],
    [`tag:campaign=login-codes-01 ${longAgo}`],
    [`country:US -status:delivered ${longAgo}`],
    [`to:+1 ${longAgo}`],
    [`4711 ${longAgo}`],
    [`tag:campaign=none-such ${longAgo}`],
    ["after:2020-01-01 before:2020-02-01"],
  ]);
}

/** Groups filters, each named by its first one. */
function byText(filters: readonly (readonly string[])[]): FilterTexts {
  return Object.fromEntries(filters.map((texts) => [texts[0] ?? "", texts]));
}
