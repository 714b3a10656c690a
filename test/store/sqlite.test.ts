import { join } from "node:path";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { storeContract } from "./contract.ts";

storeContract("SQLite", async (stretch) => {
  const folder = tempDir();
  const engine = await openStore(join(folder.path, "smsledger.db"), {
    stretch,
    ...(stretch !== undefined && { fillMs: 0 }),
  });
  let closed = false;
  const close = async () => {
    closed = true;
    await engine.close();
  };
  return {
    store: { ...engine, close },
    async [Symbol.asyncDispose]() {
      if (!closed) await engine.close();
      folder[Symbol.dispose]();
    },
  };
});
