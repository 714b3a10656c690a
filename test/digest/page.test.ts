import { expect, test } from "bun:test";
import { SecretKeys } from "../../src/account/secret-keys.ts";
import { createMailer } from "../../src/mail/mailer.ts";
import { createUrls } from "../../src/site/urls.ts";
import { signedInAs, startWithPeople } from "../account/people.ts";
import { startMailServer } from "../mail/mail-server.ts";
import { get } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { PUBLIC_URL, sendAt } from "./digest-server.ts";

const FIELDS = {
  address: "mo@example.com",
  frequency: "weekly",
  timeZone: "Europe/Berlin",
  hour: "7",
};

async function unsubscribeLink(
  server: Awaited<ReturnType<typeof startWithPeople>>,
  userId: number,
  address: string,
): Promise<string> {
  const keys = new SecretKeys(await server.accounts.secretKey());
  const proof = keys.unsubscribeProof(userId, address);
  return createUrls(undefined).digestUnsubscribe(userId, proof);
}

test("a user subscribes, changes and stops their digest, and admins see everybody's", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const empty = await mo.get("/settings/digest");
  expect(empty.text).toContain("Send me the digest");
  expect(empty.text).toContain("No digest can be sent yet");
  const saved = await mo.post("/settings/digest", FIELDS);
  expect([saved.status, saved.headers.get("location")]).toEqual([
    303,
    "/settings/digest?done=saved",
  ]);
  expect(await server.store.digests.of(server.moId)).toMatchObject({
    address: "mo@example.com",
    frequency: "weekly",
    timeZone: "Europe/Berlin",
    hour: 7,
    userName: "mo",
  });
  const ana = await signedInAs(server.origin, "ana");
  expect((await ana.get("/settings/digest")).text).toContain("mo@example.com");
  await ana.post("/settings/digest", { ...FIELDS, address: "ana@example.com" });
  expect((await mo.get("/settings/digest")).text).not.toContain(
    "ana@example.com",
  );
  expect((await mo.post("/settings/digest/remove")).status).toBe(303);
  expect(await server.store.digests.of(server.moId)).toBeUndefined();
  const audit = await ana.get("/settings/audit");
  expect(audit.text).toContain("unsubscribed from the digest");
});

test("wrong settings are explained, and nothing of them is repeated outside its field", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  for (const wrong of [
    { address: "mo" },
    { address: "mo@example.com, eve@example.com" },
    { address: "mo@example.com\r\nBcc: eve@example.com" },
    { frequency: "hourly" },
    { timeZone: "Mars/Olympus" },
    { timeZone: "+02:00" },
    { hour: "24" },
    { hour: "-1" },
    { address: '"><script>alert(1)</script>@example.com' },
  ]) {
    const answer = await mo.post("/settings/digest", { ...FIELDS, ...wrong });
    expect([wrong, answer.status]).toEqual([wrong, 400]);
    expect(answer.text).toContain('role="alert"');
    expect(answer.text).not.toContain("<script>alert");
  }
  expect(await server.store.digests.list()).toEqual([]);
});

test("the link in a digest unsubscribes with one click, without sign-in, but not when it's only opened", async () => {
  await using server = await startWithPeople();
  const { digests } = server.store;
  const mo = await signedInAs(server.origin, "mo");
  await mo.post("/settings/digest", FIELDS);
  const link = await unsubscribeLink(server, server.moId, FIELDS.address);
  const opened = await get(server.origin + link);
  expect([opened.status, opened.text.includes("Stop the digest?")]).toEqual([
    200,
    true,
  ]);
  expect(await digests.of(server.moId)).toBeDefined();
  // As RFC 8058 has it: from anywhere, without cookies.
  const click = (address: string) =>
    fetch(server.origin + address, {
      method: "POST",
      body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
    });
  for (const forged of [
    link.replace(/proof=.{4}/, "proof=AAAA"),
    link.replace(`user=${server.moId}`, `user=${server.anaId}`),
    "/digest/unsubscribe",
  ])
    expect((await click(forged)).status).toBe(200);
  expect(await digests.of(server.moId)).toBeDefined();
  expect((await click(link)).status).toBe(200);
  expect(await digests.of(server.moId)).toBeUndefined();
  expect((await click(link)).status).toBe(200);
  const invalid = await get(server.origin + link);
  expect(invalid.text).toContain("This link doesn’t work");
});

test("a removed user gets no more digests", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  await mo.post("/settings/digest", FIELDS);
  const by = { at: Date.now(), actor: "ana", address: null };
  await server.accounts.removeUser(server.moId, by);
  expect(await server.store.digests.list()).toEqual([]);
});

test("without sign-in there is one digest, of this machine", async () => {
  await using server = await startServer();
  const saved = await fetch(`${server.origin}/settings/digest`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(FIELDS),
    headers: { "sec-fetch-site": "same-origin" },
  });
  expect(saved.status).toBe(303);
  const { text } = await get(`${server.origin}/settings/digest`);
  expect(text).toContain("Stop the digest");
  expect(text).toContain("this machine");
});

test("a digest reaches a mail server with the headers that let mail programs unsubscribe", async () => {
  await using server = await startWithPeople();
  await using mailServer = await startMailServer();
  const mo = await signedInAs(server.origin, "mo");
  await mo.post("/settings/digest", FIELDS);
  const { dueAt = 0 } = (await server.store.digests.of(server.moId)) ?? {};
  const [mail] = await sendAt(server.store, dueAt);
  const mailer = createMailer({
    server: {
      host: "localhost",
      port: mailServer.port,
      security: "none",
      login: undefined,
    },
    from: { name: "smsledger", address: "sms@example.com" },
  });
  if (mail !== undefined) expect((await mailer.send(mail)).fault).toBeNull();
  const [taken] = mailServer.taken;
  const headers = new Map(
    taken?.email.headers.map(({ key, value }) => [key, value]),
  );
  const link = await unsubscribeLink(server, server.moId, FIELDS.address);
  expect(headers.get("list-unsubscribe")).toBe(
    `<${new URL(PUBLIC_URL).origin}/sms${link}>`,
  );
  expect(headers.get("list-unsubscribe-post")).toBe(
    "List-Unsubscribe=One-Click",
  );
  expect(taken?.email.text).toContain("Unsubscribe:");
});
