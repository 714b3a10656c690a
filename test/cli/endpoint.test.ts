import { expect, test } from "bun:test";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { endpointTarget } from "../../src/store/outbox.ts";
import { startReceiver } from "../forwarding/loopback-receiver.ts";
import {
  addSampleEndpoint,
  sampleAttempt,
  saveSample,
} from "../forwarding/sample-endpoints.ts";
import { openStore } from "../support/open-store.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

const endpointCommand = (file: string, ...args: readonly string[]) =>
  run(PROGRAM, ["endpoint", ...args, "--database-url", file]);

const SECRET = /^whsec_[A-Za-z0-9+/]{43}=\n$/;
const URL_GIVEN = "https://crm.example.com/hooks/sms";

/** A database without a server. Hold it with `using`. */
async function database() {
  const folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await (await openStore(file)).close();
  return { file, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test("an endpoint that is added prints its secret alone, or its id and its secret as JSON", async () => {
  using db = await database();
  const { file } = db;
  const empty = await endpointCommand(file, "list");
  expect(empty).toMatchObject({ status: 0, stdout: "" });
  expect(empty.stderr).toContain("There are no endpoints.");
  expect((await endpointCommand(file, "list", "--json")).stdout).toBe("[]\n");

  const added = await endpointCommand(file, "add", "crm", URL_GIVEN);
  expect(added.status).toBe(0);
  expect(added.stdout).toMatch(SECRET);
  expect(added.stderr).toContain("It won't be shown again.");
  const asJson = await endpointCommand(
    file,
    "add",
    "failures",
    URL_GIVEN,
    "--filter=status:failed",
    "--events=sms_failed,sms_undelivered",
    "--rate=20",
    "--concurrency=1",
    "--json",
  );
  expect(asJson.stderr).toBe("");
  expect(JSON.parse(asJson.stdout)).toEqual({
    id: 2,
    secret: expect.stringMatching(/^whsec_/),
  });
  const list = await endpointCommand(file, "list", "--json");
  expect(list.stdout).not.toContain("whsec_");
  expect(JSON.parse(list.stdout)).toMatchObject([
    {
      id: 1,
      name: "crm",
      url: URL_GIVEN,
      events: null,
      createdBy: "command line",
    },
    {
      id: 2,
      name: "failures",
      filter: "status:failed",
      events: ["sms_failed", "sms_undelivered"],
      ratePerSecond: 20,
      concurrency: 1,
    },
  ]);
  const table = await endpointCommand(file, "list");
  expect(table.stdout).toMatch(
    /^id +name +state +waiting +success 24 h +url\n/,
  );
  expect(table.stdout).toMatch(/\n1 +crm +active +0 +– +https:/);
});

test("every mistake is reported by its flag, with status 2, and adds nothing", async () => {
  using db = await database();
  const { file } = db;
  const { status, stdout, stderr } = await endpointCommand(
    file,
    "add",
    "",
    "http://10.0.0.1/",
    "--filter=colour:red",
    "--events=sms_gone",
    "--rate=0",
    "--concurrency=x",
  );
  expect([status, stdout]).toEqual([2, ""]);
  for (const start of [
    "name: Give the endpoint a name",
    "url: An http:// URL is only used",
    "--filter: This filter doesn't exist",
    "--events: This event doesn't exist",
    "--rate: The rate must be",
    "--concurrency: The number of requests at once must be",
  ])
    expect(stderr).toContain(start);
  await endpointCommand(file, "add", "crm", URL_GIVEN);
  const taken = await endpointCommand(file, "add", "CRM", URL_GIVEN);
  expect(taken.status).toBe(2);
  expect(taken.stderr).toContain("Another endpoint has this name");
  for (const command of ["show", "pause", "resume", "rotate", "test"]) {
    const unknown = await endpointCommand(file, command, "other");
    expect([command, unknown.status, unknown.stdout]).toEqual([command, 1, ""]);
    expect(unknown.stderr).toContain("No endpoint has this name or ID.");
  }
});

test("an endpoint is paused, resumed, rotated and removed by its name or its id", async () => {
  using db = await database();
  const { file } = db;
  await endpointCommand(file, "add", "crm", URL_GIVEN);
  const state = async () =>
    JSON.parse((await endpointCommand(file, "show", "1", "--json")).stdout);
  expect((await endpointCommand(file, "pause", "CRM")).stderr).toContain(
    "Paused.",
  );
  expect((await state()).state).toBe("paused");
  expect((await endpointCommand(file, "resume", "1")).stderr).toContain(
    "Resumed.",
  );
  expect((await state()).state).toBe("active");
  const rotated = await endpointCommand(file, "rotate", "crm", "--json");
  expect(JSON.parse(rotated.stdout)).toEqual({
    id: 1,
    secret: expect.stringMatching(/^whsec_/),
  });
  expect((await state()).previousSecretUntil).not.toBeNull();

  const unsure = await endpointCommand(file, "remove", "crm");
  expect(unsure.status).toBe(2);
  expect(unsure.stderr).toContain("Add --yes");
  const removed = await endpointCommand(file, "remove", "crm", "--yes");
  expect(removed).toMatchObject({ status: 0, stdout: "" });
  expect((await endpointCommand(file, "list", "--json")).stdout).toBe("[]\n");
});

test("show says how an endpoint is doing and why its latest attempts failed", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file);
  const id = await addSampleEndpoint(store, "crm");
  await saveSample(store, {
    targets: [
      { target: endpointTarget(id), failingSince: Date.now() - 60_000 },
    ],
    attempts: [
      sampleAttempt(id, {
        isSuccess: false,
        status: null,
        error: "dns_not_found",
        response: null,
      }),
    ],
  });
  await store.close();
  const { status, stdout } = await endpointCommand(file, "show", "crm");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^state +failing, since /m);
  expect(stdout).toContain(
    "DNS not found: The host name has no address in DNS.",
  );
});

test("a test event is sent from here and verifies; status 1 says that it wasn't accepted", async () => {
  using db = await database();
  const { file } = db;
  await using receiver = startReceiver();
  const allow = ["--forward-allow", "127.0.0.1"];
  const added = await endpointCommand(
    file,
    "add",
    "local",
    receiver.url,
    ...allow,
  );
  const tested = await endpointCommand(file, "test", "local", ...allow);
  expect(tested.status).toBe(0);
  expect(tested.stdout).toMatch(/^Accepted with 200 in /);
  const [request] = receiver.requests;
  new Webhook(added.stdout.trim()).verify(
    request?.body ?? "",
    request?.headers ?? {},
  );
  receiver.answer(404, "no such hook");
  const refused = await endpointCommand(file, "test", "local", ...allow);
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain("The receiver has nothing at this URL.");
  expect(refused.stdout).toContain("no such hook");
  const notAllowed = await endpointCommand(file, "test", "local", "--json");
  expect(notAllowed.status).toBe(1);
  expect(JSON.parse(notAllowed.stdout)).toMatchObject({
    success: false,
    error: "address_not_allowed",
  });
});

test("what a receiver answers can't control the terminal, nor turn text around", async () => {
  using db = await database();
  const { file } = db;
  await using receiver = startReceiver();
  const allow = ["--forward-allow", "127.0.0.1"];
  await endpointCommand(file, "add", "local", receiver.url, ...allow);
  const answer = "\x1b]0;title\x07\x1b[2J\u009b31m \u202eeno\r\ntwo";
  receiver.answer(500, answer);
  const test = ["test", "local", ...allow];
  const { stdout } = await endpointCommand(file, ...test);
  expect(stdout).toEndWith(
    "\\u001b]0;title\\u0007\\u001b[2J\\u009b31m \\u202eeno\r\ntwo\n",
  );
  const asJson = await endpointCommand(file, ...test, "--json");
  expect(asJson.stdout).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  expect(JSON.parse(asJson.stdout).response).toBe(answer);
});

test("a resend is previewed, needs a yes, and is left to the server", async () => {
  await using server = await startServer();
  const { databaseUrl: file } = server.config;
  const id = await addSampleEndpoint(server.store, "crm", {
    filter: "status:failed",
  });
  for (const MessageStatus of ["failed", "delivered", "failed"])
    await server.twilio.post({ MessageStatus });
  const range = ["resend", "crm", "--from", "24h"];
  const dry = await endpointCommand(file, ...range, "--dry-run");
  expect(dry).toMatchObject({
    status: 0,
    stdout: "2 events would be sent again.\n",
  });
  expect((await endpointCommand(file, ...range)).status).toBe(2);
  const started = await endpointCommand(file, ...range, "--yes", "--json");
  expect(JSON.parse(started.stdout)).toMatchObject({
    what: "range",
    state: "running",
    ratePerSecond: 10,
  });
  const [resend] = await server.store.outbox.resends(endpointTarget(id));
  expect(resend?.createdBy).toBe("command line");
  for (const [args, words] of [
    [["crm"], "Say what to send again: --failed, --from, or --event."],
    [["crm", "--from", "never"], "--from: The beginning must be a time"],
    [["crm", "--event", "x"], "--event: Give the event's ID"],
    [["crm", "--failed", "--event", "1"], "cannot be used with option"],
  ] as const) {
    const wrong = await endpointCommand(file, "resend", ...args);
    expect([args, wrong.status, wrong.stdout]).toEqual([args, 2, ""]);
    expect(wrong.stderr).toContain(words);
  }
  const nothing = await endpointCommand(file, "resend", "crm", "--failed");
  expect(nothing.status).toBe(1);
  expect(nothing.stderr).toBe("No event was given up. Nothing was changed.\n");
  const left = await endpointCommand(file, "resend", "crm", "--event", "2");
  expect([left.status, left.stderr]).toEqual([
    1,
    "This event doesn't match the endpoint's filter and events, as they are now. Nothing was changed.\n",
  ]);
});
