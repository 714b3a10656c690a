import { expect, test } from "bun:test";
import { MADE_UP_SID_START } from "../../src/twilio/made-up-sid.ts";
import { startWithPeople, Visitor } from "../account/people.ts";
import { messagesIn } from "../support/rows.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

const newMadeUpSid = (): string =>
  MADE_UP_SID_START + newMessageSid().slice(MADE_UP_SID_START.length);

test("an admin deletes the made-up messages after a confirmation, and the audit list has it", async () => {
  await using server = await startWithPeople();
  const { store, twilio } = server;
  const ana = new Visitor(server.origin);
  await ana.signIn("ana");
  const nothing = (await ana.get("/settings")).text;
  expect(nothing).not.toContain("/settings/made-up");
  const real = newMessageSid();
  for (const MessageSid of [newMadeUpSid(), real, newMadeUpSid()])
    await twilio.post({ MessageSid });
  expect((await ana.get("/settings")).text).toContain("/settings/made-up");
  const question = await ana.get("/settings/made-up");
  expect(question.text).toContain("2 made-up messages</a>");
  expect(question.text).toContain("Real messages stay.");
  expect(await messagesIn(store)).toHaveLength(3);

  const answer = await ana.post("/settings/made-up/remove", {});
  expect([answer.status, answer.headers.get("location")]).toEqual([
    303,
    "/settings/made-up",
  ]);
  await until(async () => {
    const { text } = await ana.get("/settings/made-up");
    expect(text).toContain("Deleted 2 made-up messages with 2 events.");
    expect(text).toContain("There are no made-up messages.");
  });
  const left = await messagesIn(store);
  expect(left.map(({ messageSid }) => messageSid)).toEqual([real]);
  const [deleted, began] = await store.audit.list({ size: 2 });
  expect(began).toMatchObject({
    actor: "ana",
    action: "began to delete made-up messages",
  });
  expect(deleted).toMatchObject({
    actor: "ana",
    action: "deleted made-up messages",
    subject: "2 messages with 2 events",
  });
});

test("a member sees how many there are, but can't delete them", async () => {
  await using server = await startWithPeople();
  await server.twilio.post({ MessageSid: newMadeUpSid() });
  const mo = new Visitor(server.origin);
  await mo.signIn("mo");
  const { text } = await mo.get("/settings");
  expect(text).toContain("1 message</a>");
  expect(text).not.toContain("/settings/made-up");
  expect((await mo.get("/settings/made-up")).status).toBe(403);
  expect((await mo.post("/settings/made-up/remove", {})).status).toBe(403);
  expect(await messagesIn(server.store)).toHaveLength(1);
});
