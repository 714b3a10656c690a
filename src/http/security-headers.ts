/**
 * Sent with every response. No inline script or style runs, nothing loads from
 * elsewhere, and no other site can frame a page. htmx needs no more: views don't use
 * its features that evaluate text. Other sites don't learn the address of a page; our
 * own do, because a browser that sends no referrer doesn't send `Origin` with a form
 * either.
 */
export const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "x-robots-tag": "noindex, nofollow",
  "cache-control": "no-store",
};
