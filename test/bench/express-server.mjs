// What most teams write today: Express, Twilio's middleware, and better-sqlite3 with a
// write-ahead log and synchronous=FULL, one transaction per callback. Runs on Node.
import Database from "better-sqlite3";
import express from "express";
import twilio from "twilio";

const [file, publicUrl, authToken] = process.argv.slice(2);
const path = "/api/rpc/webhooks/twilio/sms";
const db = new Database(file);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`CREATE TABLE events (
  id INTEGER PRIMARY KEY, message_sid TEXT NOT NULL, status TEXT NOT NULL, received_at INTEGER NOT NULL,
  recipient TEXT, sender TEXT, error_code TEXT, account_sid TEXT, params TEXT NOT NULL,
  UNIQUE (message_sid, status));
  -- The indexes a team needs to look up a customer's number, and what failed.
  CREATE INDEX events_recipient ON events (recipient);
  CREATE INDEX events_status ON events (status, received_at)`);
const record = db.prepare(`INSERT INTO events
  (message_sid, status, received_at, recipient, sender, error_code, account_sid, params)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);

const app = express();
app.use(express.urlencoded({ extended: false }));
app.post(
  path,
  twilio.webhook({ url: publicUrl + path }, authToken),
  (request, response) => {
    const {
      MessageSid,
      MessageStatus,
      To,
      From,
      ErrorCode = null,
      AccountSid,
    } = request.body;
    const posted = JSON.stringify(request.body);
    const { changes } = record.run(
      MessageSid,
      MessageStatus,
      Date.now(),
      To,
      From,
      ErrorCode,
      AccountSid,
      posted,
    );
    response.json({ success: true, processed: changes });
  },
);
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);
