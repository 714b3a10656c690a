import { ResendPage } from "../../views/forwarding/resend-page.tsx";
import { requesterOf } from "../account/viewer.ts";
import type { EndpointReport } from "../forwarding/endpoint-report.ts";
import {
  previewResend,
  resendRefusal,
  type PreviewStore,
} from "../forwarding/resend-preview.ts";
import {
  readResend,
  RESEND_RATE_DEFAULT,
  startResend,
  TOO_MANY_RESENDS,
  type GivenResend,
  type ResendMistake,
} from "../forwarding/resend-request.ts";
import { fieldOf } from "../http/form-body.ts";
import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import { endpointTarget } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import type { Site } from "../../views/site.ts";
import type { Asked } from "./asked.ts";
import {
  endpointOf,
  NO_SUCH_ENDPOINT,
  numberOf,
  reportOf,
} from "./forwarding.tsx";

export type ResendDeps = {
  readonly store: PreviewStore & Pick<Stores, "endpoints" | "outbox">;
  readonly now: () => number;
};

/** `/forwarding/:id/resend`: sends past events again. */
export const resendHandlers = ({ store, now: clock }: ResendDeps) => {
  const shown = async (
    site: Site,
    report: EndpointReport,
    given: GivenResend,
    mistakes: readonly ResendMistake[],
    status: number,
  ) => page(<ResendPage {...{ site, report, given, mistakes }} />, { status });

  return {
    show: async ({ params, request, site }: Asked<"id">) => {
      const now = clock();
      const report = await reportOf(store, params.id, now);
      if (report === undefined) return NO_SUCH_ENDPOINT;
      const given = givenIn(new URL(request.url).searchParams);
      if (given === undefined)
        return shown(site, report, firstChoice(report, now), [], 200);
      const read = readResend(given, now);
      if ("mistakes" in read)
        return shown(site, report, given, read.mistakes, 400);
      const { request: asked } = read;
      const preview = {
        request: asked,
        ...(await previewResend(store, report.endpoint, asked, now)),
      };
      const mistakes: readonly ResendMistake[] = [];
      return page(
        <ResendPage {...{ site, report, given, mistakes, preview }} />,
      );
    },
    start: async ({ params, request, site, body }: Asked<"id">) => {
      const at = clock();
      const report = await reportOf(store, params.id, at);
      if (report === undefined) return NO_SUCH_ENDPOINT;
      const given = givenBy((name) => fieldOf(body, name));
      const read = readResend(given, at);
      if ("mistakes" in read)
        return shown(site, report, given, read.mistakes, 400);
      const by = { ...requesterOf(request), at };
      const { endpoint } = report;
      const refusal = await resendRefusal(store, endpoint, read.request, at);
      if (refusal !== undefined) {
        const mistake = { field: "what", sentence: refusal } as const;
        return shown(site, report, given, [mistake], 409);
      }
      const id = await startResend(store.outbox, endpoint, read.request, by);
      if (id !== undefined)
        return redirectTo(site.urls.endpoint(endpoint.id), 303);
      const mistake = { field: "what", sentence: TOO_MANY_RESENDS } as const;
      return shown(site, report, given, [mistake], 409);
    },
    stop: async ({ params, request, site }: Asked<"id" | "resend">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      const resend = await store.outbox.resendById(numberOf(params.resend));
      const by = { ...requesterOf(request), at: clock() };
      // A second click has nothing left to do.
      if (resend?.target === endpointTarget(endpoint.id))
        await store.outbox.endResend(resend.id, "stopped", by, endpoint.name);
      return redirectTo(site.urls.endpoint(endpoint.id), 303);
    },
  };
};

/** What the form of the page sent; undefined before that. */
function givenIn(params: URLSearchParams): GivenResend | undefined {
  return params.has("what")
    ? givenBy((name) => params.get(name) ?? "")
    : undefined;
}

function givenBy(field: (name: string) => string): GivenResend {
  return {
    what: field("what"),
    event: field("event"),
    from: field("from"),
    until: field("until"),
    rate: field("rate"),
  };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The form as it is at first: what was given up, if anything was; the last day otherwise. */
function firstChoice({ givenUp }: EndpointReport, now: number): GivenResend {
  return {
    what: givenUp > 0 ? "failed" : "range",
    from: minuteOf(now - DAY_MS),
    // With the minute under way.
    until: minuteOf(now + MINUTE_MS),
    rate: String(RESEND_RATE_DEFAULT),
  };
}

/** As a field for a time has it. */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}
