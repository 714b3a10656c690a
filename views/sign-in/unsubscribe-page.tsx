import type { Site } from "../site.ts";
import { LoginFrame } from "./login-frame.tsx";

/** What the link in a digest shows. Opening it changes nothing: mail programs open links too. */
export function UnsubscribePage({
  site,
  state,
  action,
}: {
  readonly site: Site;
  readonly state: "asks" | "done" | "invalid";
  /** Where the form is posted. */
  readonly action: string;
}) {
  switch (state) {
    case "asks":
      return (
        <LoginFrame site={site} title="Stop the digest?">
          <form method="post" action={action}>
            <p>smsledger will send no more digests to this address.</p>
            <button class="button-primary">Unsubscribe</button>
          </form>
        </LoginFrame>
      );
    case "done":
      return (
        <LoginFrame site={site} title="You’re unsubscribed">
          <p>
            No more digests are sent to this address. To get them again, sign in
            and open Settings, Digest.
          </p>
        </LoginFrame>
      );
    case "invalid":
      return (
        <LoginFrame site={site} title="This link doesn’t work">
          <p>
            It isn’t whole, or it’s from a digest to an address that has changed
            since. Sign in and open Settings, Digest.
          </p>
        </LoginFrame>
      );
  }
}
