/**
 * `bun test/faults/backfill.ts [messages] [kills]`: has the real server read a history with gaps
 * from a stand-in for Twilio, kills it with `kill -9` again and again, and checks that in the end
 * every message is there, once, as Twilio has it, and that the report of what was found is exact.
 */
import { dayOf, daysFrom } from "../../src/sources/gmt-days.ts";
import { openEngine } from "../../src/store/open.ts";
import { between } from "../../src/simulation/random.ts";
import { callbackOf } from "../sources/sources-client.ts";
import { openStore } from "../support/open-store.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import { startTwilioApi, twilioHistory } from "../support/twilio-api.ts";
import { until } from "../support/until.ts";
import { join } from "node:path";
import { startProcess } from "./server-process.ts";

const [messages = 100_000, kills = 20] = process.argv.slice(2).map(Number);
const DAY_MS = 86_400_000;
const DAYS = 10;
const HOUR_MS = 3_600_000;
const RECORDED_AT_ONCE = 1_000;

const from = Date.parse(dayOf(Date.now())) - (DAYS + 1) * DAY_MS;
const history = twilioHistory(messages, from, from + DAYS * DAY_MS);
const sent = history.filter((each) => each.direction !== "inbound");
const reported = sent.filter((_, index) => index % 3 !== 0);

using folder = tempDir();
using stub = startTwilioApi(history);
const random = randomFromSeed();
const databaseUrl = join(folder.path, "smsledger.db");
const days = daysFrom(dayOf(from), dayOf(from + (DAYS - 1) * DAY_MS));

const before = await openStore(databaseUrl);
for (let start = 0; start < reported.length; start += RECORDED_AT_ONCE)
  await before.recordEvents(
    reported
      .slice(start, start + RECORDED_AT_ONCE)
      .map((each) => callbackOf(each, Date.now() - HOUR_MS)),
  );
await before.backfills.want(days, Date.now());
await before.close();

let said = 0;
for (let killed = 0; killed <= kills; killed++) {
  const server = await startProcess(databaseUrl, stub.env);
  const enough = stub.requests.length + between(random, 1, 6);
  if (killed < kills) {
    await until(() => stub.requests.length >= enough);
    // Time is the subject: killed at any moment of a page.
    await Bun.sleep(between(random, 0, 300));
    await server.kill();
    continue;
  }
  const stores = await openEngine(databaseUrl).openForCommand();
  await until(
    async () => (await stores.backfills.next()) === undefined,
    600_000,
  );
  const rows = await stores.backfills.days(days[0] ?? "", days.at(-1) ?? "");
  console.table(
    rows.map(({ day, pages, messages: listed, found }) => ({
      day,
      pages,
      messages: listed,
      found,
    })),
  );
  said = rows.reduce((sum, { found }) => sum + found, 0);
  await stores.close();
  await server.stop();
}

const after = await openStore(databaseUrl);
const left = new Map(sent.map((each) => [each.sid, each]));
let [wrong, extra] = [0, 0];
for await (const rows of after.everyMessage())
  for (const { messageSid, status, errorCode, sources } of rows) {
    const expected = left.get(messageSid);
    if (expected === undefined) extra++;
    else if (
      expected.status !== status ||
      expected.errorCode !== errorCode ||
      !sources.includes("api")
    )
      wrong++;
    left.delete(messageSid);
  }
await after.close();
console.log(
  `${kills} times kill -9 while ${sent.length} messages were read: ${left.size} missing, ${extra} twice, ${wrong} wrong; found ${said} of ${sent.length - reported.length}`,
);
const isExact = said === sent.length - reported.length;
process.exit(left.size + extra + wrong === 0 && isExact ? 0 : 1);
