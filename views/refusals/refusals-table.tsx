import { adviceFor } from "../../src/refusals/advice.ts";
import type { Step } from "../../src/refusals/advice-shape.ts";
import type { RefusalRow } from "../../src/store/refusals.ts";
import { countWords } from "../../src/words/amounts.ts";
import type { Site } from "../site.ts";
import { Ago } from "../parts/time.tsx";
import { webhookWord } from "../../src/twilio/channel-words.ts";

/** One line for each refusal. On a narrow screen all that is known of it folds into the first column. */
export function RefusalsTable({
  site,
  refusals,
  now,
}: {
  readonly site: Site;
  readonly refusals: readonly RefusalRow[];
  readonly now: number;
}) {
  return (
    <table class="list refusals">
      <thead>
        <tr>
          <th scope="col" class="col-wrong">
            What was wrong, and what to do
          </th>
          <th scope="col" class="col-origin">
            From
          </th>
          <th scope="col" class="col-answer">
            Response
          </th>
          <th scope="col" class="col-times">
            Times
          </th>
          <th scope="col" class="col-when">
            Last
          </th>
        </tr>
      </thead>
      <tbody>
        {refusals.map((refusal) => (
          <Row site={site} refusal={refusal} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  site: { urls },
  refusal,
  now,
}: {
  readonly site: Site;
  readonly refusal: RefusalRow;
  readonly now: number;
}) {
  const { id, status, channel, times, lastAt, isFixable } = refusal;
  const { sentences, steps } = adviceFor(refusal, {
    hasPublicUrl: urls.isPublic,
  });
  const [step] = steps;
  return (
    <tr id={`refusal-${id}`} class={isFixable ? undefined : "noise"}>
      <td class="col-wrong">
        <a class="row-link" href={urls.refusal(id)} safe>
          {sentences.join(" ")}
        </a>
        <span class="narrow-only">
          <Origin refusal={refusal} />
          {times === 1 ? (
            ""
          ) : (
            <span safe>{`, ${countWords(times)} times`}</span>
          )}
          <span class="when-narrow">
            {", "}
            <Ago at={lastAt} now={now} />
          </span>
        </span>
        {step === undefined ? "" : <StepWords step={step} />}
      </td>
      <td class="col-origin">
        <Origin refusal={refusal} />
      </td>
      <td class="col-answer" safe>
        {`${status} ${webhookWord(channel)}`}
      </td>
      <td class="col-times" safe>
        {countWords(times)}
      </td>
      <td class="col-when">
        <Ago at={lastAt} now={now} />
      </td>
    </tr>
  );
}

/** What to do, with the setting as it is to be written. */
function StepWords({ step: { text, setting } }: { readonly step: Step }) {
  return (
    <p class="advice">
      <span safe>{text}</span>{" "}
      {setting === undefined ? (
        ""
      ) : (
        <code>
          <bdi safe>{setting}</bdi>
        </code>
      )}
    </p>
  );
}

/** Where it came from; a trusted proxy only passed it on. */
function Origin({
  refusal: { address, proxy },
}: {
  readonly refusal: RefusalRow;
}) {
  if (address === null) return <span class="none">unknown</span>;
  return (
    <>
      <bdi class="mono" safe>
        {address}
      </bdi>
      {proxy === null || proxy === address ? (
        ""
      ) : (
        <span class="hint through">
          {" "}
          through <bdi safe>{proxy}</bdi>
        </span>
      )}
    </>
  );
}
