import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { PROGRAM, run } from "./program.ts";

const exported = (file: string, ...flags: string[]) =>
  run(PROGRAM, ["export", "--database-url", file, ...flags]);

test("messages are exported while the server runs, one line of JSON each", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
  await server.twilio.post(
    { MessageSid: sid, MessageStatus: "undelivered", ErrorCode: "30003" },
    { query: "?campaign=spring&campaign=late" },
  );
  await server.twilio.post({ MessageStatus: "delivered" });

  const { status, stdout, stderr } = await exported(server.config.databaseUrl);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const [first = "", ...others] = stdout.trimEnd().split("\n");
  expect(others).toHaveLength(1);
  const message: unknown = JSON.parse(first);
  expect(message).toEqual({
    messageSid: sid,
    channel: "sms",
    status: "undelivered",
    to: "+14155550123",
    from: "+15595551269",
    country: "US",
    errorCode: 30003,
    accountSid: ACCOUNT_SID,
    messagingServiceSid: null,
    numSegments: null,
    firstEventAt: expect.stringMatching(RFC3339),
    lastEventAt: expect.stringMatching(RFC3339),
    tags: { campaign: ["late", "spring"] },
    sources: ["callback"],
    mcc: null,
    mnc: null,
  });
});

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test("every event is exported in order, with all posted parameters", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  const posted = Object.fromEntries([
    ["__proto__", "kept"],
    ["MessageSid", sid],
    ["MessageStatus", "delivered"],
    ["constructor", "kept too"],
    ["Body", "Grüße, ✓"],
  ]);
  await server.twilio.postExactly(posted, { query: "?__proto__=1&order=4711" });

  const { stdout } = await exported(server.config.databaseUrl, "--events");
  expect(stdout).toStartWith(
    `{"id":1,"type":"sms_delivered","channel":"sms","messageSid":"${sid}","status":"delivered","receivedAt":"`,
  );
  expect(stdout).toEndWith(
    '","to":null,"from":null,"errorCode":null,"errorMessage":null,"accountSid":null,' +
      '"messagingServiceSid":null,"numSegments":null,"tags":{"__proto__":"1","order":"4711"},' +
      `"params":{"__proto__":"kept","MessageSid":"${sid}","MessageStatus":"delivered","constructor":"kept too","Body":"Grüße, ✓"},"supplement":false,"source":"callback","occurredAt":null,"mcc":null,"mnc":null}\n`,
  );
});

test("numbers in messages and events are masked on request", async () => {
  await using server = await startServer();
  await server.twilio.post({ To: "+14155550123", MessageStatus: "sent" });
  for (const flags of [[], ["--events"], ["--format", "csv"]]) {
    const { stdout } = await exported(
      server.config.databaseUrl,
      "--mask-numbers",
      "true",
      ...flags,
    );
    expect(stdout).toContain("••••••23");
    expect(stdout).not.toMatch(/4155550123|5595551269/);
  }
});

test("a filter and its range select messages, and with --events all of their events", async () => {
  await using server = await startServer();
  const { store, config } = server;
  const day = (date: number): number => Date.UTC(2026, 10, date, 12);
  const sids: string[] = [];
  for (const date of [1, 2, 3, 4, 5]) {
    const MessageSid = newMessageSid();
    sids.push(MessageSid);
    for (const MessageStatus of ["sent", date % 2 ? "failed" : "delivered"])
      await store.recordEvent(
        eventOf(
          { MessageSid, MessageStatus, To: `+1415555012${date}` },
          { receivedAt: day(date), query: "campaign=spring" },
        ),
      );
  }
  const found = async (filter: string, ...flags: string[]) => {
    const args = ["--filter", filter, ...flags];
    const { status, stdout } = await exported(config.databaseUrl, ...args);
    expect([filter, status]).toEqual([filter, 0]);
    const lines = stdout === "" ? [] : stdout.trimEnd().split("\n");
    return lines.map((line): string => JSON.parse(line).messageSid);
  };
  const [first = "", , third = "", fourth = "", fifth = ""] = sids;
  expect(await found("status:failed")).toEqual([first, third, fifth]);
  const range = "after:2026-11-03 before:2026-11-05";
  expect(await found(range)).toEqual([third, fourth]);
  expect(await found(`${range} -status:failed`, "--events")).toEqual([
    fourth,
    fourth,
  ]);
  expect(await found("tag:campaign=spring")).toEqual(sids);
  expect(await found("country:GB")).toEqual([]);
  const masked = await exported(
    config.databaseUrl,
    "--filter",
    "to:+14155550121",
    "--events",
    "--mask-numbers",
    "true",
  );
  expect(masked.stdout.trimEnd().split("\n")).toHaveLength(2);
  expect(masked.stdout).not.toContain("4155550121");
  const [entry] = await store.audit.list({ size: 1 });
  expect(entry).toMatchObject({
    action: "exported events",
    subject: expect.stringMatching(/^to:.*•/),
  });
});

test("an invalid filter is wrong usage, and nothing is exported", async () => {
  await using server = await startServer();
  await server.twilio.post();
  for (const [filter, sentence] of [
    [
      "statsu:failed",
      '\n  --filter "statsu:failed": this filter doesn\'t exist. Did you mean status?\n',
    ],
    [
      "country:DE cod:1 status:lost,sent",
      '\n  --filter "cod:1": this filter doesn\'t exist. Did you mean code?' +
        '\n  --filter "lost,sent": the status must be sent, delivered, read, undelivered, or failed.\n',
    ],
    ["after:someday", '--filter "someday": '],
    ["-", '--filter "-": put a minus sign directly before'],
  ] as const) {
    const { databaseUrl } = server.config;
    const ended = await exported(databaseUrl, "--filter", filter);
    expect(ended).toMatchObject({ status: 2, stdout: "" });
    expect(ended.stderr).toContain(sentence);
  }
});

test("CSV has a header, quotes where needed, and contains no formulas", async () => {
  await using server = await startServer();
  await server.twilio.post(
    {
      MessageStatus: "failed",
      From: "=HYPERLINK(1)",
      ErrorMessage: 'two\r\nlines, "quoted"',
    },
    { query: "?note=-1" },
  );
  const { stdout } = await exported(
    server.config.databaseUrl,
    "--events",
    "--format",
    "csv",
  );
  const [header, ...lines] = stdout.split(/(?<=\n)(?=id,|\d+,)/);
  expect(header).toBe(
    "id,type,channel,messageSid,status,receivedAt,to,from,errorCode,errorMessage,accountSid,messagingServiceSid,numSegments,tags,params,supplement,source,occurredAt,mcc,mnc\n",
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(",+14155550123,'=HYPERLINK(1),,");
  expect(lines[0]).toContain('"two\r\nlines, ""quoted"""');
  expect(lines[0]).toContain('"{""note"":""-1""}"');
});

test("all rows are exported in the order of recording, however many reads it takes", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  for (let i = 0; i < 2_345; i++) {
    const messageSid = newMessageSid();
    void server.store.recordEvent({
      ...BY_CALLBACK,
      channel: "sms",
      messageSid,
      status: "sent",
      receivedAt: i,
      query: "",
      to: null,
      from: null,
      errorCode: null,
      errorMessage: null,
      accountSid: null,
      messagingServiceSid: null,
      numSegments: null,
      rawDlrDoneDate: null,
      params: [["MessageSid", messageSid]],
    });
  }
  await server.twilio.post();
  const events = (await exported(databaseUrl, "--events")).stdout;
  const ids = events
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);
  expect(ids).toEqual(Array.from({ length: 2_346 }, (_, index) => index + 1));
  const messages = (await exported(databaseUrl, "--format", "csv")).stdout;
  expect(messages.trimEnd().split("\n")).toHaveLength(2_347);

  const piped = await run(
    ["sh", "-c", '"$@" | head -n 1', "sh", ...PROGRAM],
    ["export", "--events", "--database-url", databaseUrl],
  );
  expect(piped.stderr).toBe("");
  expect(JSON.parse(piped.stdout).id).toBe(1);
});

test("a database without messages exports nothing, or just a header", async () => {
  await using server = await startServer();
  const { databaseUrl } = server.config;
  expect((await exported(databaseUrl)).stdout).toBe("");
  expect((await exported(databaseUrl, "--format", "csv")).stdout).toBe(
    "messageSid,channel,status,to,from,country,errorCode,accountSid,messagingServiceSid,numSegments,firstEventAt,lastEventAt,tags,sources,mcc,mnc\n",
  );
});

test("an unreadable database is reported in one plain line", async () => {
  using folder = tempDir();
  const text = join(folder.path, "notes.txt");
  writeFileSync(text, "These are notes, and no database at all.\n".repeat(200));
  const foreign = join(folder.path, "foreign.db");
  using database = new Database(foreign);
  database.run("CREATE TABLE notes (text TEXT)");
  const cases = [
    [join(folder.path, "missing.db"), "There is no database "],
    [text, `${text}: The file isn't an SQLite database.`],
    [foreign, "The database file belongs to another program."],
  ] as const;
  for (const [file, sentence] of cases) {
    const { status, stdout, stderr } = await exported(file);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toStartWith(sentence);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  }
});
