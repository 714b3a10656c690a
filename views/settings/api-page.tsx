import type { Site } from "../site.ts";
import type {
  ApiField,
  ApiOperation,
  ApiReference,
  ApiTopic,
} from "./api-reference.ts";
import { SettingsFrame } from "./settings-frame.tsx";

/** Every operation of the API: what it takes, what it answers, and a command to try it. */
export function ApiPage({
  site,
  reference: { about, topics },
}: {
  readonly site: Site;
  readonly reference: ApiReference;
}) {
  const { urls } = site;
  return (
    <SettingsFrame site={site} section="api" title="API">
      {about.map((words) => (
        <p class="lead" safe>
          {words}
        </p>
      ))}
      <p>
        <a href={urls.openApi}>OpenAPI document</a>, for generated clients and
        tools such as Postman.
      </p>
      {topics.map((topic) => (
        <Topic topic={topic} />
      ))}
    </SettingsFrame>
  );
}

function Topic({
  topic: { name, description, operations },
}: {
  readonly topic: ApiTopic;
}) {
  return (
    <section class="api-topic" aria-labelledby={`topic-${name}`}>
      <h2 id={`topic-${name}`} safe>
        {name}
      </h2>
      <p class="quiet" safe>
        {description}
      </p>
      {operations.map((operation) => (
        <Operation operation={operation} />
      ))}
    </section>
  );
}

function Operation({
  operation: { id, method, path, summary, description, isChange, ...rest },
}: {
  readonly operation: ApiOperation;
}) {
  const { parameters, fields, curl, example } = rest;
  return (
    <details class="api-operation" id={id}>
      <summary>
        <b class="api-method" safe>
          {method}
        </b>{" "}
        <code safe>{path}</code> <span safe>{summary}</span>
      </summary>
      <p safe>{description}</p>
      {isChange ? (
        <p class="hint">
          Takes a token with the scope <b>write</b>.
        </p>
      ) : (
        ""
      )}
      <Fields title="Parameters" fields={parameters} />
      <Fields title="Fields of the JSON body" fields={fields} />
      <div class="raw-head">
        <h3>Request</h3>
        <button type="button" data-copy={`#${id}-curl`}>
          Copy
        </button>
      </div>
      <pre class="raw" id={`${id}-curl`} tabindex="0" safe>
        {curl}
      </pre>
      {example === undefined ? (
        ""
      ) : (
        <>
          <h3>Answer</h3>
          <pre class="raw" tabindex="0" safe>
            {example}
          </pre>
        </>
      )}
    </details>
  );
}

function Fields({
  title,
  fields,
}: {
  readonly title: string;
  readonly fields: readonly ApiField[];
}) {
  if (fields.length === 0) return "";
  return (
    <>
      <h3 safe>{title}</h3>
      <dl class="api-fields">
        {fields.map(({ name, type, isRequired, description }) => (
          <div>
            <dt>
              <code safe>{name}</code>{" "}
              <span
                class="hint"
                safe
              >{`${type}${isRequired ? ", required" : ""}`}</span>
            </dt>
            <dd safe>{description}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
