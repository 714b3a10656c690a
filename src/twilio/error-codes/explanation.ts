/** Whose problem a failure is: who has to change something, or whom to ask. */
export type Matter =
  | "recipient"
  | "carrier"
  | "content"
  | "sender"
  | "account"
  | "request"
  | "twilio";

/** Whether it can help to send the same message again, unchanged. */
export type Retry = "no" | "later" | "maybe";

/** Our words about one error code, for people who are not engineers. */
export type Explanation = {
  /** What happened to this message, fit to be read to a customer. */
  readonly happened: string;
  readonly matter: Matter;
  readonly retry: Retry;
  /** What to do next, said to the team that sent the message. */
  readonly whatToDo: string;
};

/** What to do in one sentence: the first, which stands by itself. */
export function firstAdvice({
  whatToDo,
}: Pick<Explanation, "whatToDo">): string {
  return /^.*?[.!?](?=\s|$)/.exec(whatToDo)?.[0] ?? whatToDo;
}

export type Explanations = Readonly<Record<number, Explanation | undefined>>;

/**
 * `recipient.later(happened, whatToDo)` makes an explanation: the recipient's
 * matter, and sending again later can help. It keeps an entry to four lines.
 */
const about = (matter: Matter) => {
  const withRetry =
    (retry: Retry) =>
    (happened: string, whatToDo: string): Explanation => ({
      happened,
      matter,
      retry,
      whatToDo,
    });
  return {
    no: withRetry("no"),
    later: withRetry("later"),
    maybe: withRetry("maybe"),
  };
};

export const recipient = about("recipient");
export const carrier = about("carrier");
export const content = about("content");
export const sender = about("sender");
export const account = about("account");
export const request = about("request");
export const twilio = about("twilio");
