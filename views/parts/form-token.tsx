import type { Site } from "../site.ts";

/** Part of each form that changes something, so that no other site can send it. */
export function FormToken({ site: { viewer } }: { readonly site: Site }) {
  return viewer === undefined ? (
    ""
  ) : (
    <input type="hidden" name="form" value={viewer.formToken} />
  );
}
