import type { Children } from "@kitajs/html";
import type { SupportWords } from "../../src/messages/support-words.ts";

/** What support says about a message: to the customer, in the ticket, and to itself. */
export function SupportCard({
  words: { toCustomer, toTicket, whatToDo },
  link,
  children,
}: {
  readonly words: SupportWords;
  /** To the message, for whoever reads the ticket. */
  readonly link: string;
  /** Its title. */
  readonly children: Children;
}) {
  return (
    <section class="support" aria-label="For support">
      <h2>{children}</h2>
      <dl>
        <dt>Tell the customer</dt>
        <dd>
          <span id="to-customer" safe>
            {toCustomer}
          </span>{" "}
          <CopyButton of="to-customer" what="the sentence" />
        </dd>
        <dt>For the ticket</dt>
        <dd class="support-ticket">
          <span id="to-ticket">
            <bdi safe>{toTicket}</bdi> <span safe>{link}</span>
          </span>{" "}
          <CopyButton of="to-ticket" what="the ticket’s line" />
        </dd>
        <dt>What to do now</dt>
        <dd safe>{whatToDo}</dd>
      </dl>
    </section>
  );
}

function CopyButton({
  of,
  what,
}: {
  readonly of: string;
  readonly what: string;
}) {
  return (
    <button
      type="button"
      class="copy-button"
      data-copy={`#${of}`}
      aria-label={`Copy ${what}`}
    >
      Copy
    </button>
  );
}
