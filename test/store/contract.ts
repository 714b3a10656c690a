import { describe } from "bun:test";
import { closingContract } from "./contract/closing.ts";
import { countsContract } from "./contract/counts.ts";
import { listingContract } from "./contract/listing.ts";
import { orderContract } from "./contract/order.ts";
import { postsContract } from "./contract/posts.ts";
import { recordingContract } from "./contract/recording.ts";
import type { OpenStore } from "./events.ts";

/** What every engine must do; see the interface `Store`. */
export function storeContract(name: string, openStore: OpenStore): void {
  describe(name, () => {
    recordingContract(openStore);
    orderContract(openStore);
    postsContract(openStore);
    listingContract(openStore);
    countsContract(openStore);
    closingContract(openStore);
  });
}
