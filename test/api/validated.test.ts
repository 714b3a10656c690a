import { expect, test } from "bun:test";
import { ask, startApi } from "./api-server.ts";

const IDENTITY = { "accept-encoding": "identity" };

test("what hasn't changed isn't sent again, and what has is", async () => {
  await using api = await startApi();
  await api.twilio.post();
  for (const path of ["/messages", "/errors", "/suppressions"]) {
    const first = await api.get(path);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^W\/"[0-9a-z]+"$/);
    for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
      const again = await ask(api.origin, path, api.whole, {
        headers: { "if-none-match": known },
      });
      expect([path, known, again.status]).toEqual([path, known, 304]);
      expect(again.text).toBe("");
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.headers.get("ratelimit-remaining")).toMatch(/^\d+$/);
    }
    const other = await ask(api.origin, path, api.whole, {
      headers: { "if-none-match": '"other"' },
    });
    expect(other.text).toBe(first.text);
  }
  const before = await api.get("/messages");
  const masked = await api.get("/messages", api.masked);
  expect(masked.headers.get("etag")).not.toBe(before.headers.get("etag"));
  await api.twilio.post();
  const after = await ask(api.origin, "/messages", api.whole, {
    headers: { "if-none-match": before.headers.get("etag") ?? "" },
  });
  expect(after.status).toBe(200);
  expect(after.body.data).toHaveLength(2);
});

test("whoever may keep an answer must ask each time, with the token", async () => {
  await using api = await startApi();
  const answer = await api.get("/messages");
  expect(answer.headers.get("cache-control")).toBe("private, no-cache");
  expect(answer.headers.get("vary")).toBe("accept-encoding, authorization");
  const known = answer.headers.get("etag") ?? "";
  for (const token of [undefined, "smsl_wrong"]) {
    const refused = await ask(api.origin, "/messages", token, {
      headers: { "if-none-match": known },
    });
    expect(refused.status).toBe(401);
    expect(refused.headers.get("etag")).toBeNull();
    expect(refused.headers.get("cache-control")).toBe("no-store");
  }
});

test("long answers are compressed where that's accepted, and are the same", async () => {
  await using api = await startApi();
  for (let count = 0; count < 5; count++) await api.twilio.post();
  const plain = await ask(api.origin, "/messages", api.whole, {
    headers: IDENTITY,
  });
  expect(plain.headers.get("content-encoding")).toBeNull();
  const url = `${api.origin}/api/v1/messages`;
  const compressed = await fetch(url, {
    headers: {
      authorization: `Bearer ${api.whole}`,
      "accept-encoding": "gzip",
    },
    decompress: false,
  });
  expect(compressed.headers.get("content-encoding")).toBe("gzip");
  expect(compressed.headers.get("etag")).toBe(plain.headers.get("etag"));
  const bytes = await compressed.bytes();
  expect(new TextDecoder().decode(Bun.gunzipSync(bytes))).toBe(plain.text);
  expect(bytes.length).toBeLessThan(plain.text.length / 2);
  const short = await fetch(`${api.origin}/api/v1/messages?q=status:failed`, {
    headers: {
      authorization: `Bearer ${api.whole}`,
      "accept-encoding": "gzip",
    },
  });
  expect(short.headers.get("content-encoding")).toBeNull();
});

test("the document that describes the API has an ETag, too", async () => {
  await using api = await startApi();
  const url = `${api.origin}/api/openapi.json`;
  const first = await fetch(url);
  await first.text();
  const again = await fetch(url, {
    headers: { "if-none-match": first.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
});
