import { afterAll, beforeAll, expect, test } from "bun:test";
import { newToken, startApi } from "../api/api-server.ts";
import { get, sidsIn } from "../pages/page-client.ts";
import { newMessageSid } from "../support/twilio-client.ts";

let api: Awaited<ReturnType<typeof startApi>>;
let token = "";
const sids = {
  number: newMessageSid(),
  userId: newMessageSid(),
  agent: newMessageSid(),
  zeus: newMessageSid(),
  accent: newMessageSid(),
};

beforeAll(async () => {
  api = await startApi();
  token = await newToken(api.store, "read unmasked", "pasted");
  const messages: readonly (readonly [keyof typeof sids, object, string?])[] = [
    ["number", { To: "+14155550101", From: "72727" }, "?order=+1415&a+b=c"],
    ["userId", { To: "US.13491208655302741918", From: "+15595551269" }],
    ["agent", { To: "+4915123456789", From: "my_agent" }],
    ["zeus", { To: "+442071838750", From: "Zeus Bar", ErrorCode: "30003" }],
    ["accent", { To: "+33612345678", From: "ÉLAN Paris" }],
  ];
  for (const [name, params, query] of messages) {
    const fields = { MessageSid: sids[name], ...params };
    const { status } = await api.twilio.post(fields, { query: query ?? "" });
    expect([name, status]).toEqual([name, 200]);
  }
});
afterAll(() => api[Symbol.asyncDispose]());

/** Resolves to the names of the messages that a filter finds, in the API and on the page. */
async function found(q: string): Promise<string[]> {
  const path = `/messages?q=${encodeURIComponent(q)}`;
  const { status, body } = await api.get(path, token);
  expect([q, status]).toEqual([q, 200]);
  const bySid = body.data.map(
    ({ messageSid }: { messageSid: string }) => messageSid,
  );
  const onPage = sidsIn(await get(api.origin + path));
  expect([q, onPage.toSorted()]).toEqual([q, bySid.toSorted()]);
  return Object.entries(sids)
    .filter(([, sid]) => bySid.includes(sid))
    .map(([name]) => name);
}

const PASTED = [
  "\u202a+14155550101\u202c",
  "\u202d+1 415-555-0101\u202c",
  "\u2068+1 415-555-0101\u2069",
  "+1\ufe0f-415-555-0101",
  "+1415\u200b5550101",
  "\u200e14155550101",
  "\ufeff+1\u00a0415\u00a0555\u00a00101",
  "+1\u2009(415)\u202f555\u20110101 \u202c",
  "\uff0b\uff11\uff08\uff14\uff11\uff15\uff09\uff15\uff15\uff15\uff0d\uff10\uff11\uff10\uff11",
  "+\u0661 \u0664\u0661\u0665 \u0665\u0665\u0665 \u0660\u0661\u0660\u0661",
  "+\u06f1\u06f4\u06f1\u06f5\u06f5\u06f5\u06f5\u06f0\u06f1\u06f0\u06f1",
  "\u0967\u096a\u0967\u096b\u096b\u096b\u096b\u0966\u0967\u0966\u0967",
  "1\ufe0f\u20e34\ufe0f\u20e31\ufe0f\u20e35\ufe0f\u20e35550101",
  "whatsapp:\u202a+14155550101",
  "+1/415/555-0101",
];

test("a number is found however it was pasted: in the box, in to:, in quotes, and by its page", async () => {
  for (const pasted of PASTED) {
    for (const q of [
      pasted,
      `to:${pasted}`,
      `to:"${pasted}"`,
      `\u202a status:delivered to:${pasted}`,
    ])
      expect([q, await found(q)]).toEqual([q, ["number"]]);
    const path = `/numbers/${encodeURIComponent(pasted)}`;
    const page = await get(api.origin + path);
    expect([path, page.status]).toEqual([path, 302]);
    expect(page.headers.get("location")).toBe("/numbers/%2B14155550101");
  }
});

test("a number's last digits are found too, but don't lead to a number's page", async () => {
  const last = "\u200e415555\u200b0101";
  expect(await found(last)).toEqual(["number"]);
  const page = await get(`${api.origin}/numbers/${encodeURIComponent(last)}`);
  expect(page.status).toBe(404);
});

test("an address that isn't a number is found by all of it or its beginning, in any case, with or without a prefix", async () => {
  for (const [q, names] of [
    ["to:US.13491208655302741918", ["userId"]],
    ["us.13491208655302741918", ["userId"]],
    ["to:us.1349", ["userId"]],
    ["to:whatsapp:US.1349", ["userId"]],
    ['to:"whatsapp:US.13491208655302741918"', ["userId"]],
    ["from:rcs:my_agent", ["agent"]],
    ["from:MY_", ["agent"]],
    ['from:"\u200ercs:my_agent"', ["agent"]],
    ["from:zeus", ["zeus"]],
    ['from:"zeus b"', ["zeus"]],
    ['from:"Zeus\u00a0Bar"', ["zeus"]],
    ["from:\u200eze\u200bus", ["zeus"]],
    ["from:élan", ["accent"]],
    ["from:72727", ["number"]],
    ["to:zeus", []],
    ["zeus", ["zeus"]],
    ['"Zeus Bar"', ["zeus"]],
    ["-zeus to:+44", []],
    ["my_a", ["agent"]],
    ["rcs:my_agent", ["agent"]],
    ["-from:zeus to:+44", []],
    ["whatsapp:+14155550101", ["number"]],
    ["rcs:+14155550101", ["number"]],
    ["messenger:+14155550101", ["number"]],
    ['to:"whatsapp:+14155550101"', ["number"]],
  ] as const)
    expect([q, await found(q)]).toEqual([q, [...names]]);
  for (const [name, status] of [
    ["us.13491208655302741918", 200],
    ["whatsapp:US.13491208655302741918", 302],
    ["US.1349", 404],
  ] as const) {
    const path = `/numbers/${encodeURIComponent(name)}`;
    expect([path, (await get(api.origin + path)).status]).toEqual([
      path,
      status,
    ]);
  }
});

test("a number posted with invisible characters counts as the number it looks like", async () => {
  const MessageSid = newMessageSid();
  const To = "whatsapp:\u202a+4915112345678\u202c";
  expect((await api.twilio.post({ MessageSid, To })).status).toBe(200);
  const message = await api.store.messageBySid(MessageSid);
  expect(message).toMatchObject({
    to: "+4915112345678",
    country: "DE",
    channel: "whatsapp",
  });
  const [event] = await api.store.timeline(MessageSid);
  expect(event?.params).toContainEqual(["To", To]);
});

test("a tag whose plus sign arrived as a space is found with the plus sign", async () => {
  for (const q of [
    "tag:order=+1415",
    'tag:"order= 1415"',
    "tag:a+b=c",
    "tag:order=\u202a+1415\u202c",
    "tag:a+b",
  ])
    expect([q, await found(q)]).toEqual([q, ["number"]]);
  for (const q of ["tag:order=1415", 'tag:"order= 141"', "tag:a=b"])
    expect([q, await found(q)]).toEqual([q, []]);
});

test("SIDs and codes are read as pasted", async () => {
  const sid = `\u202a${sids.zeus.toLowerCase().slice(0, 9)}\u200b${sids.zeus.slice(9)}\u202c`;
  expect(await found(sid)).toEqual(["zeus"]);
  expect(await found(`sid:${sid}`)).toEqual(["zeus"]);
  expect(await found("code:\u200e\u0663\u0660\u0660\u0660\u0663")).toEqual([
    "zeus",
  ]);
  expect(await found("status:\u200bdelivered code:30003\u202c")).toEqual([
    "zeus",
  ]);
  const encoded = encodeURIComponent(sid);
  expect((await get(`${api.origin}/messages/${encoded}`)).status).toBe(200);
  expect((await api.get(`/messages/${encoded}`, token)).status).toBe(200);
  const code = encodeURIComponent("\u202a30003\u202c");
  const page = await get(`${api.origin}/errors/${code}`);
  expect(page.status).toBe(200);
  const search = await get(`${api.origin}/errors/dictionary?q=${code}`);
  expect(search.headers.get("location")).toBe("/errors/30003");
});
