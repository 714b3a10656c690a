import { expect, test } from "bun:test";
import { join } from "node:path";
import { FIRING } from "../alerts/channels/notices.ts";
import { writeNotice } from "../alerts/channels/write-notice.ts";
import { start } from "../cli/program.ts";
import { startMailServer } from "../mail/mail-server.ts";
import { certificateAuthority } from "../outbound/certificates.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

test("the compiled program sends an alert's mail over STARTTLS, signed in", async () => {
  using folder = tempDir();
  using authority = await certificateAuthority();
  await using server = await startMailServer({
    ...(await authority.issue("DNS:localhost")),
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      password === "p@ss" ? done(null, { user: username }) : done(new Error()),
  });
  const database = join(folder.path, "smsledger.db");
  const at = Date.now();
  const store = await openStore(database);
  const added = await store.alertChannels.add(
    {
      kind: "email",
      name: "ops",
      settings: { to: "ops@example.com" },
      severities: ["critical"],
      quietHours: null,
      isOn: true,
    },
    { at, actor: "ana", address: null },
  );
  await writeNotice(store, "id" in added ? added.id : 0, { ...FIRING, at });
  await store.close();
  await using _program = await start([await compiledBinary()], [], {
    cwd: folder.path,
    env: {
      DATABASE_URL: database,
      PORT: "0",
      SIGN_IN: "none",
      SMTP_URL: `smtp://alerts:p%40ss@localhost:${server.port}`,
      MAIL_FROM: "smsledger <alerts@example.com>",
      NODE_EXTRA_CA_CERTS: authority.caFile,
    },
  });
  await until(() => server.taken.length > 0);
  expect(server.taken).toMatchObject([
    {
      from: "alerts@example.com",
      to: ["ops@example.com"],
      isEncrypted: true,
      user: "alerts",
      email: {
        subject: "[Critical] 12.4% of messages failed in the last 15 minutes",
      },
    },
  ]);
});
