import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get, linksIn } from "./page-client.ts";

/**
 * A failed message, which appears in many places; its number and its error code have pages
 * too.
 */
const FAILED = {
  MessageStatus: "undelivered",
  ErrorCode: "30005",
  To: "+14155550123",
};

/**
 * Resolves to the address of every kind of page, for a server that knows two failed
 * messages.
 */
async function everyPage(server: Awaited<ReturnType<typeof startServer>>) {
  const sid = newMessageSid();
  await server.twilio.post({ ...FAILED, MessageSid: sid });
  await server.twilio.post(FAILED);
  return [
    "/",
    "/messages",
    `/messages/${sid}`,
    "/errors",
    "/errors/30005",
    "/errors/dictionary",
    "/numbers",
    "/numbers/%2B14155550123",
    "/nothing-here",
  ];
}

test("every page forbids inline code, framing, referrers and caching", async () => {
  await using server = await startServer();
  const paths = [...(await everyPage(server)), "/messages?q=status:foo"];
  for (const path of paths) {
    const { headers, text } = await get(server.origin + path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'none'; ");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
    expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(text).toStartWith('<!doctype html><html lang="en">');
    expect(text).not.toMatch(/\sstyle=|<style|\son[a-z]+=|hx-on|<script>/);
  }
});

test("every page has its own title, a skip link and landmarks", async () => {
  await using server = await startServer();
  const paths = await everyPage(server);
  const titles = new Set<string>();
  for (const path of paths) {
    const { text } = await get(server.origin + path);
    titles.add(text.match(/<title>(.*?)<\/title>/)?.[1] ?? "");
    for (const part of ['href="#main"', '<main id="main"', "<nav", "<footer"])
      expect(text).toContain(part);
    expect(text.match(/<h1/g)).toHaveLength(1);
  }
  expect(titles.size).toBe(paths.length);
});

test("the navigation marks the current section", async () => {
  await using server = await startServer();
  for (const path of await everyPage(server)) {
    const { text } = await get(server.origin + path);
    const current = text.match(
      /<a[^>]*data-key[^>]*aria-current="page"[^>]*>.*?<span>(\w+)/s,
    );
    const section = /^\/(messages|errors|numbers)?(?:\/|$)/.exec(path);
    const expected = section ? (section[1] ?? "overview") : undefined;
    expect([path, current?.[1]?.toLowerCase()]).toEqual([path, expected]);
  }
});

test("every live page receives what is recorded after it was rendered", async () => {
  await using server = await startServer();
  for (const path of await everyPage(server)) {
    const { text } = await get(server.origin + path);
    const end = (await server.store.feedEnd()).text;
    const isQuiet = ["/nothing-here", "/errors/dictionary"].includes(path);
    const [, after] =
      /hx-sse:connect="\/live\?after=([\w-]+)["&]/.exec(text) ?? [];
    expect([path, after]).toEqual([path, isQuiet ? undefined : end]);
  }
});

test("an unknown address gets 404 in plain words, without repeating it", async () => {
  await using server = await startServer();
  for (const path of [
    "/nothing-here",
    "/messages/SM123",
    `/messages/${newMessageSid()}`,
    "/messages/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/messages/%E0%A4%A",
    "/messages/x/y",
    "/assets/000000000000/style.css",
    "/.env",
  ]) {
    const page = await get(server.origin + path);
    expect([path, page.status]).toEqual([path, 404]);
    expect(page.text).not.toMatch(/script&gt;|alert\(1|SM123|NOT_FOUND|Error:/);
  }
});

test("below /api, an unknown address gets JSON", async () => {
  await using server = await startServer();
  const api = await get(`${server.origin}/api/v1/nothing`);
  expect(api.headers.get("content-type")).toBe("application/problem+json");
  expect(JSON.parse(api.text)).toMatchObject({ status: 404 });
  const hook = await get(`${server.origin}/api/rpc/webhooks/twilio/mms`);
  expect(hook.status).toBe(404);
  expect(JSON.parse(hook.text)).toMatchObject({ success: false });
});

test("methods other than GET and HEAD get 405, and HEAD is GET without a body", async () => {
  await using server = await startServer();
  for (const path of [
    "/",
    "/messages",
    "/errors",
    "/numbers",
    "/numbers.csv",
    "/live",
    "/livez",
  ]) {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const page = await get(server.origin + path, { method });
      expect([path, method, page.status]).toEqual([path, method, 405]);
      expect(page.headers.get("allow")).toBe("GET, HEAD");
    }
  }
  const head = await get(`${server.origin}/errors`, { method: "HEAD" });
  expect([head.status, head.text]).toEqual([200, ""]);
});

test("pages are compressed only if the browser accepts it", async () => {
  await using server = await startServer();
  const encodingFor = async (accepted: string): Promise<string | null> => {
    const answer = await fetch(`${server.origin}/messages`, {
      headers: { "accept-encoding": accepted },
    });
    expect(await answer.text()).toContain("</html>");
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    return answer.headers.get("content-encoding");
  };
  expect(await encodingFor("gzip, deflate, br")).toBe("gzip");
  expect(await encodingFor("identity")).toBeNull();
  expect(await encodingFor("gzip;q=0")).toBeNull();
});

test("every link on a page works", async () => {
  await using server = await startServer();
  const seen = new Set<string>();
  for (const path of await everyPage(server)) {
    const page = await get(server.origin + path);
    for (const link of linksIn(page)) {
      if (!link.startsWith("/") || seen.has(link)) continue;
      seen.add(link);
      const { status } = await get(server.origin + link);
      expect([path, link, status]).toEqual([path, link, 200]);
    }
  }
});
