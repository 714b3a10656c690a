import type { RefusalRow } from "../store/refusals.ts";
import type { Store } from "../store/store.ts";

/**
 * Adds to unexplained refusals when a callback of the account they name was last
 * verified, by its latest message. Costs an index lookup per account. Rejects with
 * StoreUnavailable.
 */
export async function withProvenAccounts(
  store: Pick<Store, "listMessages">,
  refusals: readonly RefusalRow[],
): Promise<RefusalRow[]> {
  const proven = new Map<string, Promise<number | undefined>>();
  return Promise.all(
    refusals.map(async (refusal) => {
      const { diagnosis } = refusal;
      if (diagnosis === null || diagnosis.outcome === "explained")
        return refusal;
      const account = diagnosis.arrived?.account ?? null;
      if (account === null) return refusal;
      const asked = proven.get(account) ?? provenAt(store, account);
      proven.set(account, asked);
      return {
        ...refusal,
        diagnosis: { ...diagnosis, accountProvenAt: await asked },
      };
    }),
  );
}

async function provenAt(
  store: Pick<Store, "listMessages">,
  account: string,
): Promise<number | undefined> {
  const { messages } = await store.listMessages(
    [{ field: "account", negated: false, values: [account] }],
    { size: 1 },
  );
  return messages[0]?.lastEventAt;
}
