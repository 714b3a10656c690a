import { expect, test } from "bun:test";
import { join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";

test("one of many queries runs in each turn of the event loop, so that callbacks get in between", async () => {
  using folder = tempDir();
  const store = await openStore(join(folder.path, "db"));
  await store.recordEvent(eventOf({ MessageStatus: "sent" }));
  let done = 0;
  const all = Array.from({ length: 20 }, async () => {
    await store.listMessages([], { size: 10 });
    done++;
  });
  while (done < all.length) {
    const before = done;
    await new Promise((resolve) => setImmediate(resolve));
    expect(done - before).toBeLessThanOrEqual(1);
  }
  await Promise.all(all);
  await store.close();
});
