import { openServerStore } from "../support/open-store.ts";
import { storeContract } from "./contract.ts";
import { ENGINES } from "./engines.ts";

for (const { name, newDatabase } of ENGINES)
  storeContract(name, async (options) => {
    const database = await newDatabase();
    const { engine } = database;
    const store = await openServerStore(engine, options);
    let closed = false;
    const close = async () => {
      closed = true;
      await store.close();
    };
    return {
      engine,
      anotherDatabase: newDatabase,
      store: { ...store, close },
      async [Symbol.asyncDispose]() {
        if (!closed) await store.close();
        await database[Symbol.asyncDispose]();
      },
    };
  });
