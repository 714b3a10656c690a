import { expect, test } from "bun:test";
import { PASSWORD, signedInAs, startWithPeople, Visitor } from "./people.ts";

type Sent = Readonly<Record<string, string>>;

/**
 * Returns the headers that browsers and other clients send with a form, and whether each
 * form is from one of our pages.
 */
function origins(
  own: string,
): readonly (readonly [headers: Sent, isOurs: boolean])[] {
  const host = new URL(own).host;
  return [
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "none" }, true],
    [{ "sec-fetch-site": "same-origin", origin: own }, true],
    [{ origin: own }, true],
    [{ origin: `https://${host}` }, true],
    [{ origin: "https://sms.example.com" }, true],
    [{ "sec-fetch-site": "same-site" }, false],
    [{ "sec-fetch-site": "cross-site" }, false],
    [{ "sec-fetch-site": "cross-site", origin: own }, false],
    [{ "sec-fetch-site": "" }, false],
    [{ origin: "https://evil.example.com" }, false],
    [{ origin: "http://sms.example.com" }, false],
    [{ origin: "https://sms.example.com:8443" }, false],
    [{ origin: `http://${host}0` }, false],
    [{ origin: "null" }, false],
    [{ origin: "" }, false],
    [{}, false],
  ];
}

/** Sends a form with only these headers. */
async function send(
  visitor: Visitor,
  path: string,
  fields: Sent,
  headers: Sent,
): Promise<number> {
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
  const answer = await fetch(visitor.origin + path, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
    headers: { cookie, ...headers },
  });
  await answer.arrayBuffer();
  return answer.status;
}

test("changes are accepted only from our own pages and with the session's token", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL: "https://sms.example.com",
  });
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  const path = `/settings/users/${server.moId}/role`;
  const role = async () => (await server.accounts.userById(server.moId))?.role;
  for (const [headers, isOurs] of origins(server.origin)) {
    for (const form of [ana.formToken, mo.formToken, "", undefined]) {
      const before = await role();
      const wanted = before === "admin" ? "member" : "admin";
      const fields = { role: wanted, ...(form !== undefined && { form }) };
      const status = await send(ana, path, fields, headers);
      const isTaken = isOurs && form === ana.formToken;
      expect([headers, form === ana.formToken, status]).toEqual([
        headers,
        form === ana.formToken,
        isTaken ? 303 : 403,
      ]);
      expect(await role()).toBe(isTaken ? wanted : before);
    }
  }
});

test("no other site can sign anyone in or out, or create the first user", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL: "https://sms.example.com",
  });
  for (const [headers, isOurs] of origins(server.origin)) {
    const ana = await signedInAs(server.origin, "ana");
    const login = await send(
      new Visitor(server.origin),
      "/login",
      { name: "ana", password: PASSWORD },
      headers,
    );
    expect([headers, login]).toEqual([headers, isOurs ? 303 : 403]);
    const setup = await send(new Visitor(server.origin), "/setup", {}, headers);
    expect([headers, setup]).toEqual([headers, isOurs ? 303 : 403]);
    await send(ana, "/logout", {}, headers);
    expect([headers, (await ana.get("/messages")).status]).toEqual([
      headers,
      isOurs ? 302 : 200,
    ]);
  }
});

test("without sign-in, changes are still accepted only from our own pages", async () => {
  await using server = await startWithPeople({ SIGN_IN: "none" });
  const visitor = new Visitor(server.origin);
  const fields = { name: "dashboard", scope: "read" };
  for (const [headers, isOurs] of origins(server.origin)) {
    if (headers["origin"]?.includes("sms.example.com")) continue;
    const status = await send(visitor, "/settings/tokens", fields, headers);
    expect([headers, status === 403]).toEqual([headers, !isOurs]);
  }
});

test("a form that is too long or of another type changes nothing and isn't read to its end", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const headers = {
    "sec-fetch-site": "same-origin",
    cookie: [...ana.cookies].map((pair) => pair.join("=")).join("; "),
  };
  const form = ana.formToken ?? "";
  const bodies: readonly (readonly [string, string | FormData])[] = [
    ["application/json", JSON.stringify({ form, role: "admin" })],
    ["text/plain", `form=${form}&role=admin`],
    [
      "application/x-www-form-urlencoded",
      `form=${form}&role=admin&more=${"x".repeat(100_000)}`,
    ],
  ];
  for (const [type, body] of bodies) {
    const answer = await fetch(
      `${server.origin}/settings/users/${server.moId}/role`,
      {
        method: "POST",
        redirect: "manual",
        headers: { ...headers, "content-type": type },
        body,
      },
    );
    expect([type, answer.status]).toEqual([type, 403]);
  }
  expect((await server.accounts.userById(server.moId))?.role).toBe("member");
});
