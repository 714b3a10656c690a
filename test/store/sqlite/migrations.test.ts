import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";

const FOLDER = new URL(
  "../../../src/store/sqlite/migrations/",
  import.meta.url,
);

/** A released file keeps its hash forever. A new migration is a new file and a new line here. */
const RELEASED = {
  "01-messages.sql":
    "fc0092b2810a049a78242f92e5ceb0bf30bcfd7517637ac6187fc4e790819624",
  "02-rollups.sql":
    "be68ac5542b3340d0566ef1c825bb49d9df8bc32d896427f4435daccb9e8826b",
  "03-beside-messages.sql":
    "aac8deb704b10f684fb3597524b66f879f7157ca2684d0913f694162bd8d7d56",
  "04-weeks.sql":
    "c06e2782ae6422c661c9fed0ecdbe436d48db064c4359c431bd6d5d3c0caab8b",
  "05-audit-kinds.sql":
    "8910f527a1ec287ec8e7e499001dc0a41792df0ec6e997ca194332102c776600",
  "06-ledger.sql":
    "bf62b70fdf078506e8860f9501052aedaf6e174b60318529b5bb7e637c1f2f44",
  "07-minutes.sql":
    "5077c34e2e330e2beb444f6b596dd2ec9b3b8e8083f89dc53e84ee43ecd46dc3",
  "08-supplements.sql":
    "9fe9db18c9b25f4c382e83b6366b394d702c52136ae0ff441087059926d2dea2",
  "09-names.sql":
    "5b429a55689a924a9243ace57835fb11eece764af2dd0f4c3c20ec25441cbc58",
  "10-channels.ts":
    "cffb1809001d5f91d367c524af557ada066ed5d7de79304209b5c08d925cd0c5",
  "11-forwarding.sql":
    "936628cb97570c6639098dd10341231eedc9f9c11a9501d685ac2c71fd9bd351",
  "12-alerts.sql":
    "8a6479acb9c4073c6a98c3a9edf4dc8a3b6cab225a0c707edde3dd53e2ce9b5a",
  "13-suppressions.sql":
    "52d10f5e3be1f81a89d29cd1d947a3d8d6838a2173c807d0ee3989c57ae0e9a9",
  "14-digests.sql":
    "a73bc6c9ed1b24d87a60f083634215782cd77d8fe6965acc5230c6dfb2c6593e",
  "15-recording-rule.sql":
    "040cb829f30a3fd292593322b2dc3f4e751bbaf8e71b9732a42cbc1f0b42758c",
  "16-sources.sql":
    "3d7694615199ebe6cda787ed43b44ec361c36359355abd207d572b85ef877353",
  "17-twilio-api.sql":
    "b810c375bab3e24dedb56d445ba4c3757636c5aec878ecf339095d4a473fcec0",
  "18-prices.sql":
    "bdf142baf7ca714b14272477898d1923a5fe9e0fb6e661ac1a4828bd25748f5a",
  "19-outcomes.sql":
    "06b21dffefd9c5ce76fcb415d2e25aa00389b0257ec460b33c762687c984462e",
  "20-missed-rule.sql":
    "5fac3fbd1bff118975acfbba0dc92cc13c70a921167709d3cb5e89a19654edac",
  "21-sent-at.sql":
    "4ebb27ba4fe9294f30c151fa1a0e817b3f9eec1f314ed2bf13c95c7b9ca1e936",
  "22-found-events.sql":
    "dfceed528ceef11e7802312fc4ea1c96989185647f26d8c5695bb05e050590a7",
  "23-api-messages.sql":
    "b56baa02de2ae8967b7c5766d4d7b575b5ecaa5de111b8362825426704c23aee",
  "24-costs.sql":
    "4131fb4b95aa6844aaf589dd55494fa06417d10d8af0e9c961f4f29371bc6fb1",
  "25-saved-views.sql":
    "2a4460960fa7ea2bf694fc9ff656e65cb7d9ab373e95d7bd846dd5a41dfd87a8",
};

test("no released migration has changed", () => {
  const files = readdirSync(FOLDER).filter((name) => /^\d\d-/.test(name));
  const hashes = files
    .toSorted()
    .map((name) => [name, sha256(readFileSync(new URL(name, FOLDER)))]);
  expect(Object.fromEntries(hashes)).toEqual(RELEASED);
});

test("a new database has exactly this version's schema", () => {
  using db = new Database(":memory:");
  migrate(db);
  using statement = db.prepare(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
  );
  expect(sha256(JSON.stringify(statement.all()))).toBe(
    "c1c4e072cd82f4ad4297bc82db84464bfbe5ec606f1a5a81f9e224858936b016",
  );
});

function sha256(data: string | Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(data).digest("hex");
}
