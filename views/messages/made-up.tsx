import { isMadeUp } from "../../src/twilio/made-up-sid.ts";

/** Marks a made-up message wherever it's shown; empty for a real one. */
export function MadeUp({ messageSid }: { readonly messageSid: string }) {
  return isMadeUp(messageSid) ? MARK : "";
}

/** Rendered once, as a list may have a hundred of them. */
const MARK = (
  <span
    class="made-up"
    title="Posted by smsledger demo or simulate, not by Twilio"
  >
    Made up
  </span>
);
