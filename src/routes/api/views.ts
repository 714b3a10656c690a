import { Type } from "@sinclair/typebox";
import { orNull, time } from "../../api/schemas.ts";
import { numbersAskedFor } from "../../api/masked-filter.ts";
import { rfc3339 } from "../../messages/export-records.ts";
import { parseFilter } from "../../messages/filter-language.ts";
import { VIEWS_MAX } from "../../store/views.ts";
import { operation } from "./operation.ts";

const View = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    filter: orNull(Type.String(), {
      description:
        "The q of GET /api/v1/messages; null if it names numbers that the token sees masked.",
    }),
    changedAt: time("When it was saved or last changed."),
  },
  { title: "View" },
);

/** `GET /api/v1/views` */
export const listViews = operation({
  operationId: "listViews",
  summary: "The team's saved views, by name",
  description: `Filters of messages that are kept under a name, at most ${VIEWS_MAX}. Those that only one user sees aren't among them.`,
  query: Type.Object({}),
  answer: Type.Object({ data: Type.Array(View) }),
  example: {
    data: [
      {
        id: 3,
        name: "Failures in Germany",
        filter: "status:failed,undelivered country:DE after:7d",
        changedAt: "2026-11-23T12:30:03.901Z",
      },
    ],
  },
  async handle({ store, masksNumbers, now }) {
    const views = await store.views.list(null);
    return {
      data: views.map(({ id, name, filter, createdAt, changedAt }) => {
        const { terms } = parseFilter(filter, now);
        const isHidden = masksNumbers && numbersAskedFor(terms).length > 0;
        return {
          id,
          name,
          filter: isHidden ? null : filter,
          changedAt: rfc3339(changedAt ?? createdAt),
        };
      }),
    };
  },
});
