import { expect, test } from "bun:test";
import { startWithPeople, Visitor } from "../account/people.ts";
import { until } from "../support/until.ts";
import { messagesIn } from "../support/rows.ts";

const NUMBER = "+14155550123";
const OTHER = "+442071838750";

async function startWithNumber(env: Record<string, string> = {}) {
  const server = await startWithPeople(env);
  for (const MessageStatus of ["sent", "delivered", "failed"])
    await server.twilio.post(
      { To: NUMBER, MessageStatus },
      { query: "?phone=%2B14155550123" },
    );
  await server.twilio.post({ To: OTHER });
  // Refused, and for the same number.
  await server.twilio.post({ To: NUMBER }, { authToken: "f".repeat(32) });
  const ana = new Visitor(server.origin);
  await ana.signIn("ana");
  return { ...server, ana };
}

/** Resolves to the page once nothing is running any more. */
const settled = async (visitor: Visitor): Promise<string> => {
  let text = "";
  await until(async () => {
    ({ text } = await visitor.get("/settings/erase"));
    expect(/Searching for|Erasing /.test(text)).toBe(false);
  });
  return text;
};
const idIn = (text: string): string =>
  /name="id" value="([^"]+)"/.exec(text)?.[1] ?? "";

test("an admin sees what would be erased and confirms by typing it again; then it's gone everywhere", async () => {
  await using server = await startWithNumber();
  const { ana, store } = server;
  const found = await ana.post("/settings/erase", {
    address: "0014155550123",
  });
  expect([found.status, found.headers.get("location")]).toEqual([
    303,
    "/settings/erase",
  ]);
  const preview = await settled(ana);
  expect(preview).toMatch(
    /It would be erased from 3 messages with 3 events, 1 tag and \d+ refused callback/,
  );
  expect(preview).toContain("Backups made before");
  expect(preview).toContain("Twilio’s own logs");
  const id = idIn(preview);
  // Nothing has changed yet.
  expect(JSON.stringify(await messagesIn(store))).toContain(NUMBER);

  for (const typed of ["", OTHER, "4155550123", "+1415555012"]) {
    const wrong = await ana.post("/settings/erase/confirm", { id, typed });
    expect([typed, wrong.status]).toEqual([typed, 400]);
    expect(wrong.text).toContain("Nothing was erased.");
  }
  const typed = "+1 (415) 555-0123";
  const confirm = () => ana.post("/settings/erase/confirm", { id, typed });
  const answers = await Promise.all([confirm(), confirm()]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  const after = await settled(ana);
  expect(after).toContain("was erased</b>");
  expect(after.includes("4155550123")).toBe(false);
  expect(after).toMatch(/It is now called erased-\d+\./);
  // A reload and a late second click change nothing.
  expect(await settled(ana)).toBe(after);
  expect((await confirm()).status).toBe(303);
  expect(await settled(ana)).toBe(after);
  for (const path of ["/messages", "/messages.jsonl", "/refusals"]) {
    const { text } = await ana.get(path);
    expect([path, text.includes("4155550123")]).toEqual([path, false]);
  }
  expect(await messagesIn(store)).toHaveLength(4);

  const entries = (await store.audit.list({ size: 50 })).filter(({ action }) =>
    action.includes("erase"),
  );
  expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
    ["ana", "erased a number"],
    ["ana", "began to erase a number"],
  ]);
  expect(entries[0]?.subject).not.toContain("4155550");

  await ana.post("/settings/erase", { address: NUMBER });
  expect(await settled(ana)).toContain("isn’t anywhere in the database");
});

test("members and strangers can’t erase, nor can a form from another site", async () => {
  await using server = await startWithNumber();
  const mo = new Visitor(server.origin);
  await mo.signIn("mo");
  const paths = ["", "/confirm", "/forget"].map(
    (end) => `/settings/erase${end}`,
  );
  expect((await mo.get("/settings/erase")).status).toBe(403);
  expect((await mo.get("/settings")).text).not.toContain("/settings/erase");
  for (const path of paths) {
    const fields = { address: NUMBER, typed: NUMBER };
    expect((await mo.post(path, fields)).status).toBe(403);
    const stranger = await new Visitor(server.origin).post(path, fields);
    expect(stranger.status).not.toBe(200);
    const forged = await server.ana.post(path, { ...fields, form: "x" });
    expect([path, forged.status]).toEqual([path, 403]);
  }
  const { text } = await server.ana.get("/settings/erase");
  expect(text).not.toContain("Erasing");
  expect(text).not.toContain("Searching");
});

test("an invalid address is reported, and an old search can’t be confirmed", async () => {
  await using server = await startWithNumber();
  const { ana } = server;
  const wrong = await ana.post("/settings/erase", { address: "123" });
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("Enter the whole number with a plus sign");
  await ana.post("/settings/erase", { address: NUMBER });
  const id = idIn(await settled(ana));
  await ana.post("/settings/erase", { address: OTHER });
  const newer = await settled(ana);
  const old = await ana.post("/settings/erase/confirm", { id, typed: NUMBER });
  expect([
    old.status,
    old.text.includes("A newer search replaced this one."),
  ]).toEqual([400, true]);
  await ana.post("/settings/erase/forget", { id: idIn(newer) });
  expect(idIn(await settled(ana))).toBe("");
});

test("with MASK_NUMBERS, the page masks the number", async () => {
  await using server = await startWithNumber({ MASK_NUMBERS: "true" });
  const { ana } = server;
  await ana.post("/settings/erase", { address: NUMBER });
  const preview = await settled(ana);
  expect(preview).toContain("3 messages");
  expect(preview.includes("4155550123")).toBe(false);
});
