import { expect, test } from "bun:test";
import { join } from "node:path";
import { addEndpoint, changeEndpoint } from "../../src/forwarding/endpoints.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";

const BY = { at: 1, actor: "ana", address: null };
const CIRCUMSTANCES = { allow: undefined, now: 1 };

test("endpoints that don't respond can't take all the requests that there can be at once", async () => {
  using folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  const add = (name: string, concurrency: number) => {
    const given = { name, url: "https://a.example/", concurrency };
    return addEndpoint(store.endpoints, given, CIRCUMSTANCES, BY);
  };
  for (let each = 0; each < 12; each++)
    expect(await add(`crm ${each}`, 16)).toHaveProperty("id");
  const mistakes = [
    {
      field: "concurrency" as const,
      sentence:
        "All endpoints together can have at most 200 requests at once, and the others have 192. Choose a lower number, or lower theirs.",
    },
  ];
  expect(await add("last", 9)).toEqual({ mistakes });
  const last = await add("last", 4);
  if (!("id" in last)) throw new Error("It wasn't added.");
  const change = (concurrency: number) =>
    changeEndpoint(
      store.endpoints,
      last.id,
      { concurrency },
      CIRCUMSTANCES,
      BY,
    );
  expect(await change(8)).toBe(true);
  expect(await change(9)).toEqual({ mistakes });
  await store.close();
});
