import { beforeAll, describe, expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFaults } from "../../docs/generate.ts";
import { forwardAll } from "../../src/cli/forward.ts";
import { DEFAULTS } from "../../src/forwarding/endpoint-rules.ts";
import { createLog } from "../../src/log/log.ts";
import { requireTool } from "../deploy/tools.ts";
import { freePort } from "../support/free-port.ts";
import { newToken } from "../api/api-server.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { codeBlocks, documentOf, PROJECT } from "./documents.ts";
import {
  cases,
  request,
  SECRET,
  signature,
  type Case,
} from "./signed-requests.ts";

const guide = documentOf("docs/forwarding.md");

/** Returns the only block of a language that contains some texts. */
function blockWith(language: string, ...texts: readonly string[]): string {
  const [found = "", ...others] = codeBlocks(guide, language).filter((each) =>
    texts.every((text) => each.includes(text)),
  );
  expect([found, others]).toEqual([expect.stringMatching(/./), []]);
  return found;
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

/** Runs the program for Express. */
function startReceiver() {
  const folder = folderWith({
    "receiver.mjs": blockWith("js", 'from "express"'),
  });
  const port = freePort();
  const child = Bun.spawn(["node", "receiver.mjs"], {
    cwd: folder.path,
    env: { ...process.env, SMSLEDGER_SECRET: SECRET, PORT: String(port) },
    stdout: "pipe",
  });
  return {
    url: `http://127.0.0.1:${port}/hooks/smsledger`,
    /** Resolves to what it printed. */
    stop() {
      child.kill();
      return new Response(child.stdout).text();
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      folder[Symbol.dispose]();
    },
  };
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
    await using receiver = startReceiver();
    const post = async ({ headers, body }: Case) => {
      const response = await fetch(receiver.url, {
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
    expect(await receiver.stop()).toBe("sms_sent undefined\n");
  });

  test("that receives in Express gets each event that the server forwards", async () => {
    await using receiver = startReceiver();
    await using server = await startServer({ FORWARD_ALLOW: "127.0.0.1" });
    const { store, config } = server;
    const endpoint = { name: "crm", url: receiver.url, secret: SECRET };
    const by = { at: Date.now(), actor: "ana", address: null };
    await store.endpoints.add({ ...DEFAULTS, ...endpoint }, by);
    // Until it listens, nothing is lost, but attempts are.
    await until(() => fetch(receiver.url));
    const stop = new AbortController();
    const forwarding = forwardAll({
      store,
      config,
      version: "0.0.0-test",
      log: createLog("silent", "json"),
      stopping: stop.signal,
    });
    const MessageSid = "SM0123456789abcdef0123456789abcdef";
    for (const MessageStatus of ["sent", "delivered"])
      await server.twilio.post({ MessageSid, MessageStatus });
    const end = await store.feedEnd();
    await until(async () => {
      const [forwarded] = await store.endpoints.list();
      return forwarded?.position.order === end.order;
    });
    stop.abort();
    await forwarding;
    expect(await receiver.stop()).toBe(
      `sms_sent ${MessageSid}\nsms_delivered ${MessageSid}\n`,
    );
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
