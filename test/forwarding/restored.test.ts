import { expect, test } from "bun:test";
import { join } from "node:path";
import { openEngine } from "../../src/store/open.ts";
import { openStore } from "../support/open-store.ts";
import { BY, Engine } from "./engine.ts";

test("after a restore, an endpoint continues where it was in the backup, with the same IDs; one that was removed since is paused", async () => {
  await using engine = await Engine.open();
  const file = join(engine.folder.path, "smsledger.db");
  const backup = join(engine.folder.path, "backup.db");
  const gone = await engine.addEndpoint("gone");
  const moved = await engine.addEndpoint("moved");
  await engine.addEndpoint("kept");
  await engine.record(3);
  await openEngine(file).backups.write(backup);
  await engine.store.endpoints.remove(gone, BY);
  const url = "https://elsewhere.example.com/";
  await engine.store.endpoints.change(moved, { url }, BY);
  engine.start();
  await engine.pass(1_000);
  const isKept = ({ url }: { readonly url: string }) => url.includes("kept");
  const before = engine.requests.filter(isKept).map(({ id }) => id);
  expect(before).toHaveLength(3);
  await engine.stop();
  await engine.store.close();
  const restored = await openEngine(file).backups.restore(backup, Date.now());
  expect(restored.endpointsPaused).toEqual(["gone", "moved"]);
  engine.store = await openStore(file);
  const states = (await engine.store.endpoints.list()).map(
    ({ name, state }) => [name, state],
  );
  expect(states).toEqual([
    ["gone", "paused"],
    ["kept", "active"],
    ["moved", "paused"],
  ]);
  engine.requests.length = 0;
  engine.start();
  const [sid] = await engine.record(1);
  await engine.pass(1_000);
  expect(engine.requests.every(isKept)).toBe(true);
  const after = engine.requests.map(({ id }) => id);
  expect(after.slice(0, 3)).toEqual(before);
  expect(after).toHaveLength(4);
  expect(engine.requests.at(-1)?.payload.data.messageSid).toBe(sid ?? "");
});
