import { redirectTo } from "../http/responses.ts";
import { setCookie } from "../http/cookies.ts";

/** Leads a browser on with the session that was begun for it, and marks it as one of the user's own. */
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
