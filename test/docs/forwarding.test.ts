import { beforeAll, describe, expect, test } from "bun:test";
import { createHmac, randomBytes } from "node:crypto";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFaults } from "../../docs/generate.ts";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";
import { requireTool } from "../deploy/tools.ts";
import { freePort } from "../support/free-port.ts";
import { newToken } from "../api/api-server.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { codeBlocks, documentOf, PROJECT } from "./documents.ts";

const guide = documentOf("docs/forwarding.md");
const SECRET = newEndpointSecret();
const BODY = JSON.stringify({ type: "sms_sent", data: { to: "Größe 😀" } });

/** Returns the only block of a language that contains some texts. */
function blockWith(language: string, ...texts: readonly string[]): string {
  const [found = "", ...others] = codeBlocks(guide, language).filter((each) =>
    texts.every((text) => each.includes(text)),
  );
  expect([found, others]).toEqual([expect.stringMatching(/./), []]);
  return found;
}

type Case = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isGenuine: boolean;
  /** It's genuine except for its age. */
  readonly isOnlyOld?: boolean;
};

/** Signs as Standard Webhooks says, independently of the product. */
function signature(
  id: string,
  timestamp: string,
  body: string,
  secret = SECRET,
): string {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`);
  return `v1,${signed.digest("base64")}`;
}

/** A request that is genuine except for what is given. */
function request(changes: Record<string, string> = {}, ageS = 0): Case {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageS);
  const headers = {
    "webhook-id": "evt_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": signature("evt_1", timestamp, BODY),
  };
  return {
    headers: { ...headers, ...changes },
    body: BODY,
    isGenuine: Object.keys(changes).length === 0 && ageS === 0,
    isOnlyOld: ageS !== 0,
  };
}

function cases(): readonly Case[] {
  const now = String(Math.floor(Date.now() / 1000));
  const right = signature("evt_1", now, BODY);
  const other = signature("evt_1", now, BODY, newEndpointSecret());
  const random = `v1,${randomBytes(32).toString("base64")}`;
  const rotated = (signatures: string): Case => ({
    ...request({ "webhook-timestamp": now, "webhook-signature": signatures }),
    isGenuine: true,
  });
  return [
    request(),
    rotated(`${right} ${other}`),
    rotated(`${other} ${right}`),
    rotated(`v1a,xyz ${right}`),
    { ...request(), body: BODY.replace("sent", "read"), isGenuine: false },
    request({ "webhook-signature": other }),
    request({ "webhook-signature": random }),
    request({ "webhook-signature": right.replace("v1,", "v2,") }),
    request({ "webhook-signature": right.slice(0, -4) }),
    request({ "webhook-signature": "v1," }),
    request({ "webhook-signature": "" }),
    request({ "webhook-signature": "é" }),
    request({ "webhook-id": "evt_2" }),
    request({ "webhook-timestamp": "" }),
    request({ "webhook-timestamp": "NaN" }),
    request({}, 400),
    request({}, -400),
  ];
}

/** Writes files, beside the project's packages. */
function folderWith(files: Readonly<Record<string, string>>) {
  const folder = tempDir();
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder.path, name), text);
  symlinkSync(join(PROJECT, "node_modules"), join(folder.path, "node_modules"));
  return folder;
}

async function output(
  command: string[],
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const child = Bun.spawn(command, {
    cwd,
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  expect([await child.exited, stderr]).toEqual([0, ""]);
  return stdout;
}

/** Runs a program that prints for each case what its `verify` returns, or null. */
async function expectVerdicts(
  files: Readonly<Record<string, string>>,
  command: string[],
): Promise<void> {
  using folder = folderWith(files);
  const given = cases();
  const printed = await output(command, folder.path, {
    SMSLEDGER_SECRET: SECRET,
    CASES: JSON.stringify(given),
  });
  const expected = given.map(({ isGenuine, body }) =>
    isGenuine ? JSON.parse(body) : null,
  );
  expect(JSON.parse(printed)).toEqual(expected);
}

/** Calls code that no program of ours can run, as the service that it's for does. */
async function expectVerdictsOf(
  call: (each: Case) => Promise<unknown>,
  acceptsOld: boolean,
): Promise<void> {
  for (const each of cases()) {
    const isAccepted = each.isGenuine || (acceptsOld && each.isOnlyOld);
    const result = await call(each).catch(() => null);
    expect(result).toEqual(
      isAccepted ? { webhookId: "evt_1", ...JSON.parse(each.body) } : null,
    );
  }
}

type Pasted = (this: object, ...given: unknown[]) => Promise<unknown>;

/** Makes a function of code that is pasted into a service, with the endpoint's secret. */
function runnable(code: string, parameters: readonly string[]): Pasted {
  const body = code.replace("whsec_…", SECRET);
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => Pasted;
  return new AsyncFunction(...parameters, body);
}

beforeAll(() => {
  requireTool("node", "nodejs");
  requireTool("python3", "python3");
});

test("forwarding.md lists the current faults; if not, run: bun run docs", () => {
  expect(guide).toBe(withFaults(guide));
  expect(guide).toContain("- `timeout`: ");
});

describe("the example in forwarding.md", () => {
  test("of the signature is right", () => {
    const [, secret = "", id = "", timestamp = "", body = "", expected = ""] =
      /with the secret `(.*?)`, the ID `(.*?)`, the timestamp `(.*?)` and the body\s+`(.*?)`, the signature is `(.*?)`/.exec(
        guide,
      ) ?? [];
    expect(signature(id, timestamp, body, secret)).toBe(expected);
  });

  test.each(["standardwebhooks", "node:crypto"])(
    "that verifies in Node with %s accepts genuine requests only",
    async (library) => {
      const block = blockWith("js", library, "export function verify(");
      const program = `import { verify } from "./verify.mjs";
        const cases = JSON.parse(process.env.CASES);
        console.log(JSON.stringify(cases.map(({ headers, body }) => {
          try { return verify(headers, body); } catch { return null; }
        })));`;
      await expectVerdicts({ "verify.mjs": block, "program.mjs": program }, [
        "node",
        "program.mjs",
      ]);
    },
  );

  test("that verifies in Python by hand accepts genuine requests only", async () => {
    const program = `
import json, os
from verify import verify

def verdict(case):
    try:
        return verify(case["headers"], case["body"].encode())
    except Exception:
        return None

print(json.dumps([verdict(case) for case in json.loads(os.environ["CASES"])]))`;
    await expectVerdicts(
      {
        "verify.py": blockWith("python", "import hmac"),
        "program.py": program,
      },
      ["python3", "program.py"],
    );
  });

  test("that receives in Express answers genuine requests 204, handles repeats once, and refuses others", async () => {
    using folder = folderWith({
      "receiver.mjs": blockWith("js", 'from "express"'),
    });
    const port = freePort();
    await using receiver = Bun.spawn(["node", "receiver.mjs"], {
      cwd: folder.path,
      env: { ...process.env, SMSLEDGER_SECRET: SECRET, PORT: String(port) },
      stdout: "pipe",
    });
    const post = async ({ headers, body }: Case) => {
      const response = await fetch(`http://127.0.0.1:${port}/hooks/smsledger`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
      });
      return response.status;
    };
    await until(() => post(request()));
    expect(await post(request())).toBe(204);
    const forged = request({ "webhook-signature": "v1,AAAA" });
    expect(await post(forged)).toBe(401);
    receiver.kill();
    const output = await new Response(receiver.stdout).text();
    expect(output).toBe("sms_sent undefined\n");
  });

  test("that catches up reads each event of the feed once, and continues where it was", async () => {
    await using server = await startServer();
    const token = await newToken(server.store);
    using folder = folderWith({
      "catch-up.mjs": blockWith("js", "SMSLEDGER_TOKEN"),
    });
    const run = () =>
      output(["node", "catch-up.mjs"], folder.path, {
        SMSLEDGER_URL: server.origin,
        SMSLEDGER_TOKEN: token,
      });
    await server.twilio.post({ MessageStatus: "sent" });
    await server.twilio.post({ MessageStatus: "delivered" });
    expect(await run()).toBe("1 sms_sent\n2 sms_delivered\n");
    expect(await run()).toBe("");
    const MessageSid = "SM0123456789abcdef0123456789abcdef";
    await server.twilio.post({ MessageSid, MessageStatus: "failed" });
    expect(await run()).toBe("3 sms_failed\n");
  });

  test("for n8n returns the event, and stops at others", async () => {
    const code = blockWith("js", "getBinaryDataBuffer");
    const run = runnable(code, ["$input", "require"]);
    const call = ({ headers, body }: Case) =>
      run.call(
        { helpers: { getBinaryDataBuffer: () => Buffer.from(body) } },
        { first: () => ({ json: { headers } }) },
        require,
      );
    await expectVerdictsOf(async (each) => {
      const items = await call(each);
      return Array.isArray(items) && items.length === 1 ? items[0].json : items;
    }, false);
  });

  test("for Zapier returns the event, and stops at others, whatever their age", async () => {
    const run = runnable(blockWith("js", "inputData"), [
      "inputData",
      "require",
    ]);
    await expectVerdictsOf(({ headers, body }) => {
      const given = {
        body,
        id: headers["webhook-id"],
        timestamp: headers["webhook-timestamp"],
        signature: headers["webhook-signature"],
      };
      return run.call({}, given, require);
    }, true);
  });
});
