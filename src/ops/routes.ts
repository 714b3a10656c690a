import { Elysia } from "elysia";
import { jsonResponse } from "../http.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";

/** For process supervisors: `/livez` says that the process answers, `/readyz` that a write reaches the disk. */
export const opsRoutes = ({
  store,
}: {
  readonly store: Pick<Store, "checkWritable">;
}) => {
  let check: Promise<void> | undefined;
  /** Requests that come while a check is under way share it. */
  const checkWritable = (): Promise<void> => {
    check ??= store.checkWritable().finally(() => (check = undefined));
    return check;
  };
  return new Elysia()
    .get("/livez", () => jsonResponse({ live: true }))
    .get("/readyz", async () => {
      try {
        await checkWritable();
        return jsonResponse({ ready: true });
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        return jsonResponse(
          { ready: false, reason: error.message },
          { status: 503, headers: { "retry-after": "5" } },
        );
      }
    });
};
