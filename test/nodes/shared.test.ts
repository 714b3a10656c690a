import { afterAll, beforeAll, expect, test } from "bun:test";
import { Visitor } from "../account/people.ts";
import { PROGRAM, run, start } from "../cli/program.ts";
import { newPostgresDatabase } from "../support/postgres-server.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

/** What nodes share, tried with two of them. The tests go on where the one before ended. */

type Node = Awaited<ReturnType<typeof start>>;
const FIRST = { name: "ana", password: "seven green bicycles" };

let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
let one: Node;
let other: Node;

beforeAll(async () => {
  database = await newPostgresDatabase();
  const env = {
    DATABASE_URL: database.url,
    PORT: "0",
    TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN,
  };
  [one, other] = await Promise.all([
    start(PROGRAM, ["serve"], { env }),
    start(PROGRAM, ["serve"], { env }),
  ]);
});

afterAll(async () => {
  for (const node of [one, other]) await node[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** The same browser at another node. */
function at(node: Node, { cookies, formToken }: Visitor): Visitor {
  const visitor = new Visitor(node.origin);
  for (const [name, value] of cookies) visitor.cookies.set(name, value);
  visitor.formToken = formToken;
  return visitor;
}

let ana: Visitor;

test("the link that a node logs creates the first user on any node, and then none does", async () => {
  const codes = await Promise.all(
    [one, other].map((node) =>
      until(() => {
        const link = /http:\S+\/setup\?code=([\w-]+)/.exec(node.output());
        expect(link).not.toBeNull();
        return link?.[1] ?? "";
      }),
    ),
  );
  const [code = "", otherCode = ""] = codes;
  ana = new Visitor(other.origin);
  const user = { ...FIRST, repeat: FIRST.password };
  expect((await ana.post("/setup", { ...user, code })).status).toBe(303);
  await ana.readFormToken();
  const late = await new Visitor(one.origin).post("/setup", {
    ...user,
    name: "eve",
    code: otherCode,
  });
  expect(late.headers.get("location")).toBe("/login");
});

test("a session works on each node, until one of them ends it", async () => {
  expect((await at(one, ana).get("/messages")).status).toBe(200);
  const elsewhere = new Visitor(one.origin);
  await elsewhere.signIn(FIRST.name, FIRST.password);
  expect((await at(other, elsewhere).get("/messages")).status).toBe(200);
  expect((await at(other, elsewhere).post("/logout")).status).toBe(303);
  expect((await elsewhere.get("/messages")).status).toBe(302);
});

test("guesses at a password are limited on all nodes together", async () => {
  const nodes = [one, other];
  let guesses = 0;
  for (;;) {
    const stranger = new Visitor(nodes[guesses % 2]?.origin ?? "");
    const { status } = await stranger.signIn(FIRST.name, "a wrong guess");
    if (status === 429) break;
    expect(status).toBe(401);
    guesses++;
  }
  expect(guesses).toBe(7);
  for (const node of nodes)
    expect(
      (await new Visitor(node.origin).signIn(FIRST.name, "x")).status,
    ).toBe(429);
});

test("a token's requests are counted on all nodes together", async () => {
  const env = { DATABASE_URL: database.url };
  const added = await run(PROGRAM, ["token", "add", "crm"], { env });
  const remaining = async (node: Node) => {
    const headers = { authorization: `Bearer ${added.stdout.trim()}` };
    const answer = await fetch(`${node.origin}/api/v1/stats`, { headers });
    expect(answer.status).toBe(200);
    return Number(answer.headers.get("ratelimit-remaining"));
  };
  const first = await remaining(one);
  expect(await remaining(other)).toBe(first - 1);
  expect(await remaining(one)).toBe(first - 2);
});

test("each node reports the refused callbacks of all, until someone marks them as seen on one", async () => {
  const banner = "See why, and what to do";
  const isShown = (node: Node) => async () => {
    const { text } = await at(node, ana).get("/");
    return text.includes(banner);
  };
  const forged = { authToken: "f".repeat(32) };
  await twilioClient(one.origin).post({}, forged);
  await until(isShown(one));
  await until(isShown(other));
  expect((await at(other, ana).post("/refusals/seen")).status).toBe(303);
  expect(await isShown(other)()).toBe(false);
  await until(async () => !(await isShown(one)()));
});

test("each node knows when the latest callback arrived, and doctor takes it for the same server", async () => {
  const ready = async ({ origin }: Node) =>
    (await (await fetch(`${origin}/readyz`)).json()).lastCallbackAt;
  expect(await ready(other)).toBeNull();
  expect((await twilioClient(other.origin).post()).status).toBe(200);
  await until(async () => expect(await ready(one)).toBeString());
  const ids = await Promise.all(
    [one, other].map(
      async ({ origin }) =>
        (await (await fetch(`${origin}/livez`)).json()).instance,
    ),
  );
  expect(ids[0]).toBe(ids[1]);
});
