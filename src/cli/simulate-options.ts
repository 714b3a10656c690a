import { Option } from "commander";

/** The flags of `simulate` that aren't settings. */
export const SIMULATE_OPTIONS: readonly Option[] = [
  new Option(
    "--url <url>",
    "Where to post. A path that ends in /whatsapp gets WhatsApp callbacks. For a URL on this machine, the " +
      "signature is for PUBLIC_URL if that is set.\n[default the SMS webhook on HOST and PORT]",
  ),
  new Option("--count <number>", "Total callbacks. [default 1000]"),
  new Option("--rate <number>", "Callbacks per second. [default 50]"),
  new Option(
    "--concurrency <number>",
    "Most callbacks in flight at a time. [default 50]",
  ),
  new Option(
    "--statuses <list>",
    "Final statuses of the messages, with weights, such as delivered=95,undelivered=5.\n[default a typical mix]",
  ),
  new Option(
    "--signer <what>",
    "Sign with token, or shared-key (SHA-256).\n[default token if one is set]",
  ),
];
