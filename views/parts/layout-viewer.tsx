import type { Viewer } from "../../src/account/viewer.ts";
import type { Urls } from "../../src/site/urls.ts";

/**
 * Who looks, and the way out; a proxy's users sign out there. Where there is no room for
 * both, a button opens them: the browser does that itself, and closes them again.
 */
export function SignedIn({
  urls,
  viewer: { name, formToken, canSignOut },
}: {
  readonly urls: Urls;
  readonly viewer: Viewer;
}) {
  return (
    <>
      <button
        type="button"
        class="tool viewer-button"
        popovertarget="viewer"
        title="Your account"
      >
        <svg
          class="icon"
          viewBox="0 0 20 20"
          width="20"
          height="20"
          aria-hidden="true"
        >
          <path d="M10 3.500a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM3.500 17a6.500 6.500 0 0 1 13 0"></path>
        </svg>
        <span class="visually-hidden">Your account</span>
      </button>
      <div id="viewer" class="viewer" popover="auto">
        <a class="tool" href={urls.account} title="Your account">
          <bdi safe>{name}</bdi>
          <span class="viewer-hint">Your account</span>
        </a>
        {canSignOut ? (
          <form method="post" action={urls.logout}>
            <input type="hidden" name="form" value={formToken} />
            <button class="tool">Sign out</button>
          </form>
        ) : (
          ""
        )}
      </div>
    </>
  );
}
