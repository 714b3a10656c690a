import { Elysia } from "elysia";
import { downloadResponse } from "../http.ts";
import type { AnswerProblem } from "../problem.tsx";
import type { Store } from "../store/store.ts";
import {
  EXPORT_TYPES,
  exportName,
  exportStream,
  type ExportFormat,
} from "./export-stream.ts";
import { hasMistakes, readMessagesQuery } from "./messages-query.ts";

/** Seconds after which one who takes nothing of an export loses the connection. */
const IDLE_S = 60;

export type ExportDeps = {
  readonly store: Pick<Store, "listMessages">;
  readonly now: () => number;
};

/** `GET /messages.csv?q=` and `/messages.jsonl?q=`. */
export const exportRoutes = (
  { store, now }: ExportDeps,
  problem: AnswerProblem,
) => {
  const answer = async (
    request: Request,
    format: ExportFormat,
    keepOpen: () => void,
  ): Promise<Response> => {
    const at = now();
    const query = readMessagesQuery(new URL(request.url).searchParams, at);
    if (hasMistakes(query)) {
      const sentences = [...query.mistakes, ...query.parsed.mistakes].map(
        (mistake) => (typeof mistake === "string" ? mistake : mistake.sentence),
      );
      return problem(request, {
        status: 400,
        title: "The filter is not understood",
        detail: sentences.slice(0, 3).join(" "),
      });
    }
    return downloadResponse(
      exportStream(store, query.parsed.filter, format, keepOpen),
      EXPORT_TYPES[format],
      exportName(format, at),
    );
  };
  return new Elysia()
    .get("/messages.csv", ({ request, server }) =>
      answer(request, "csv", () => server?.timeout(request, IDLE_S)),
    )
    .get("/messages.jsonl", ({ request, server }) =>
      answer(request, "jsonl", () => server?.timeout(request, IDLE_S)),
    );
};
