import type { Asked } from "./asked.ts";
import { page } from "../http/page.ts";
import { BUSY_WORDS } from "../../views/sign-in/login-page.tsx";
import {
  SetupLinkPage,
  SetupUserPage,
} from "../../views/sign-in/setup-user-page.tsx";
import { redirectTo } from "../http/responses.ts";
import { deviceName } from "../account/device-name.ts";
import { fieldOf } from "../http/form-body.ts";
import { arrivedOf } from "../http/origin.ts";
import { isFormOverHttps } from "../http/origin.ts";
import { newPasswordMistake } from "../account/password-change.ts";
import { TooManyAtOnce } from "../account/password-hashing.ts";
import type { AccountDeps } from "./account-deps.ts";
import { sha256 } from "../account/secret-keys.ts";
import { newToken } from "../account/sign-in.ts";
import { signedIn } from "./signed-in.ts";
import { NAME_RULE, userName } from "../account/user-name.ts";
import { requesterOf } from "../account/viewer.ts";

/** `/setup`: creates the first admin, for whoever has the link from the log. */
export const setupHandlers = ({
  store: { accounts },
  access,
  config,
  now,
  hashing,
}: AccountDeps) => {
  return {
    show: async ({ request, site }: Asked) => {
      if (await accounts.hasPasswords()) return redirectTo(site.urls.login());
      const code = URL.parse(request.url)?.searchParams.get("code") ?? "";
      if (code === "") return page(<SetupLinkPage site={site} isOld={false} />);
      return (await accounts.isSetupCode(sha256(code)))
        ? page(<SetupUserPage site={site} form={{ code, name: "" }} />)
        : page(<SetupLinkPage site={site} isOld />, { status: 403 });
    },
    addFirstUser: async ({ request, server, site, body }: Asked) => {
      if (await accounts.hasPasswords())
        return redirectTo(site.urls.login(), 303);
      const code = fieldOf(body, "code");
      // No password is hashed for anyone without the link.
      if (!(await accounts.isSetupCode(sha256(code))))
        return page(<SetupLinkPage site={site} isOld />, { status: 403 });
      const typed = fieldOf(body, "name");
      const password = fieldOf(body, "password");
      const again = (mistake: string, status = 400) =>
        page(
          <SetupUserPage site={site} form={{ code, name: typed, mistake }} />,
          { status },
        );
      const name = userName(typed);
      if (name === undefined) return again(NAME_RULE);
      const mistake = newPasswordMistake(
        password,
        fieldOf(body, "repeat"),
        name,
      );
      if (mistake !== undefined) return again(mistake);
      const passwordHash = await hashing.hash(password).catch(busyOnly);
      if (passwordHash === undefined) return again(BUSY_WORDS, 503);
      const by = { ...requesterOf(request), at: now(), actor: name };
      const userId = await accounts.addFirstUser(
        { name, passwordHash },
        sha256(code),
        by,
      );
      if (userId === undefined) return redirectTo(site.urls.setup(), 303);
      const token = newToken();
      await accounts.signIn(
        {
          userId,
          passwordHash,
          tokenHash: sha256(token),
          device: deviceName(request.headers.get("user-agent")),
          replacedHash: null,
          guessed: [],
        },
        by,
      );
      const keys = await access.keys();
      return signedIn(
        site.urls.overview(),
        { token, deviceMark: keys.deviceMark(userId) },
        isFormOverHttps(config, arrivedOf({ request, server })),
      );
    },
  };
};

/** Undefined for TooManyAtOnce; rethrows any other error. */
function busyOnly(error: unknown): undefined {
  if (!(error instanceof TooManyAtOnce)) throw error;
}
