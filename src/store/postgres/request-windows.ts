import { sql } from "kysely";
import type { CountRequest, RequestWindow } from "../request-windows.ts";
import type { Database } from "./connection/database.ts";

/** Counts requests in a table, which nothing waits to be on disk. A request that is counted twice does no harm. */
export function createRequestWindows({
  db,
  read,
}: Pick<Database, "db" | "read">): CountRequest {
  return (tokenId, windowMs) =>
    read(async () => {
      // By the server's clock; a window that ends too late is from before it was set back.
      const { rows } = await sql<RequestWindow>`
        INSERT INTO request_windows AS known
          VALUES (${tokenId}::bigint, now() + ${windowMs}::bigint * interval '1 millisecond', 1)
        ON CONFLICT (token_id) DO UPDATE SET (ends_at, requests) = (
          SELECT CASE WHEN goes_on THEN known.ends_at ELSE excluded.ends_at END,
              CASE WHEN goes_on THEN known.requests + 1 ELSE 1 END
            FROM (VALUES (known.ends_at > now() AND known.ends_at <= excluded.ends_at)) AS lasting (goes_on))
        RETURNING requests, ceil(extract(epoch FROM ends_at - now()) * 1000)::bigint AS "msLeft"`.execute(
        db,
      );
      const [row] = rows;
      if (row === undefined) throw new TypeError("A count returned no row.");
      return row;
    });
}
