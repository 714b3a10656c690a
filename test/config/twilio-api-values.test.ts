import { expect, test } from "bun:test";
import { settingsInForce } from "../../src/config/settings-in-force.ts";
import { API_ACCOUNT, API_KEY, API_SECRET } from "../support/twilio-api.ts";
import { mistakesIn, read } from "../support/settings.ts";

const ENV = {
  TWILIO_API_KEY: API_KEY,
  TWILIO_API_SECRET: API_SECRET,
  TWILIO_ACCOUNT_SID: API_ACCOUNT,
};

test("a key, its secret and its account are enough to read Twilio's API", () => {
  expect(read(ENV).twilioApi).toEqual({
    accountSid: API_ACCOUNT,
    key: API_KEY,
    secret: API_SECRET,
    url: "https://api.twilio.com",
  });
  expect(read({}).twilioApi).toBeUndefined();
});

test("each of the three is missed with the others, but an account alone is none", () => {
  const { TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_ACCOUNT_SID } = ENV;
  expect(mistakesIn({ TWILIO_API_KEY })).toEqual([
    expect.stringContaining("TWILIO_API_SECRET: must be set with"),
    expect.stringContaining("TWILIO_ACCOUNT_SID: must be set with"),
  ]);
  expect(mistakesIn({ TWILIO_API_SECRET, TWILIO_ACCOUNT_SID })).toEqual([
    expect.stringContaining("TWILIO_API_KEY: must be set with"),
  ]);
  expect(read({ TWILIO_ACCOUNT_SID }).twilioApi).toBeUndefined();
});

test.each([
  ["TWILIO_API_KEY", API_ACCOUNT, "is an account SID"],
  ["TWILIO_API_KEY", "SK12", "must be SK and 32 hexadecimal digits"],
  ["TWILIO_API_SECRET", "zq7 zq7", "has white space"],
  ["TWILIO_ACCOUNT_SID", API_KEY, "must be AC and 32 hexadecimal digits"],
  ["TWILIO_API_URL", "api.twilio.com", "must start with https://"],
  ["TWILIO_API_URL", "http://api.twilio.com", "must start with https://"],
  ["TWILIO_API_URL", "http://127.0.0.1.example", "must start with https://"],
  ["TWILIO_API_URL", "https://u:zq7@api.twilio.com", "can't contain a user"],
  ["TWILIO_API_URL", "https://api.twilio.com/v1", "must be only a host"],
  ["TWILIO_API_URL", "https://api.twilio.com?", "must be only a host"],
])("%s=%s is a mistake", (name, text, words) => {
  const [mistake, ...rest] = mistakesIn({ ...ENV, [name]: text });
  expect(mistake).toStartWith(`${name}: ${words}`);
  expect(mistake).not.toContain("zq7");
  expect(rest).toEqual([]);
});

test.each([
  ["https://api.dublin.ie1.twilio.com/", "https://api.dublin.ie1.twilio.com"],
  ["http://127.0.0.1:4010", "http://127.0.0.1:4010"],
  ["http://[::1]:4010", "http://[::1]:4010"],
  ["http://localhost:4010", "http://localhost:4010"],
])("TWILIO_API_URL can be %s", (text, url) => {
  expect(read({ ...ENV, TWILIO_API_URL: text }).twilioApi?.url).toBe(url);
});

test("the settings in effect don't show the secret", () => {
  const shown = settingsInForce({ flags: {}, env: ENV, isTerminal: false });
  expect(JSON.stringify(shown)).not.toContain(API_SECRET);
  expect(shown).toContainEqual(
    expect.objectContaining({ name: "TWILIO_API_SECRET", value: null }),
  );
});
