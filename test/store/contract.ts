import { describe } from "bun:test";
import { accountsContract } from "./contract/accounts.ts";
import { apiTokensContract } from "./contract/api-tokens.ts";
import { auditContract } from "./contract/audit.ts";
import { besideContract } from "./contract/beside.ts";
import { changesContract } from "./contract/changes.ts";
import { choresContract } from "./contract/chores.ts";
import { closingContract } from "./contract/closing.ts";
import { countsContract } from "./contract/counts.ts";
import { deliveryTimesContract } from "./contract/delivery-times.ts";
import { endpointsContract } from "./contract/endpoints.ts";
import { erasingContract } from "./contract/erasing.ts";
import { errorFactsContract } from "./contract/error-facts.ts";
import { failingRecipientsContract } from "./contract/failing-recipients.ts";
import { filtersContract } from "./contract/filters.ts";
import { listingContract } from "./contract/listing.ts";
import { orderContract } from "./contract/order.ts";
import { otherAccountsContract } from "./contract/other-accounts.ts";
import { postsContract } from "./contract/posts.ts";
import { pruningContract } from "./contract/pruning.ts";
import { recordingContract } from "./contract/recording.ts";
import { refusalsContract } from "./contract/refusals.ts";
import { repeatsContract } from "./contract/repeats.ts";
import { supplementsContract } from "./contract/supplements.ts";
import { suggestionsContract } from "./contract/suggestions.ts";
import type { OpenStore } from "./events.ts";

/** Tests what every engine must do; see the interface `Store`. */
export function storeContract(name: string, openStore: OpenStore): void {
  describe(name, () => {
    recordingContract(openStore);
    orderContract(openStore);
    postsContract(openStore);
    listingContract(openStore);
    filtersContract(openStore);
    suggestionsContract(openStore);
    changesContract(openStore);
    errorFactsContract(openStore);
    countsContract(openStore);
    deliveryTimesContract(openStore);
    failingRecipientsContract(openStore);
    repeatsContract(openStore);
    supplementsContract(openStore);
    otherAccountsContract(openStore);
    accountsContract(openStore);
    apiTokensContract(openStore);
    endpointsContract(openStore);
    refusalsContract(openStore);
    auditContract(openStore);
    pruningContract(openStore);
    erasingContract(openStore);
    choresContract(openStore);
    besideContract(openStore);
    closingContract(openStore);
  });
}
