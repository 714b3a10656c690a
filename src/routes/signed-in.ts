import { redirectTo } from "../http/responses.ts";
import { setCookie } from "../http/cookies.ts";

/** Redirects a browser that has just signed in, with its session, and marks it as one of the user's devices. */
export function signedIn(
  path: string,
  session: { readonly token: string; readonly deviceMark: string },
  isHttps: boolean,
): Response {
  const answer = redirectTo(path, 303);
  answer.headers.append(
    "set-cookie",
    setCookie("session", session.token, isHttps),
  );
  answer.headers.append(
    "set-cookie",
    setCookie("device", session.deviceMark, isHttps),
  );
  return answer;
}
