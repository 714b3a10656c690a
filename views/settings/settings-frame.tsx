import type { Children } from "@kitajs/html";
import { isAdmin } from "../../src/account/viewer.ts";
import type { AssetName } from "../../src/http/assets.ts";
import { Layout } from "../parts/layout.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";

type SettingsPage = {
  readonly words: string;
  readonly address: (urls: Urls) => string;
  /** Members can open it, too, at least to read. */
  readonly forMembers?: true;
  /** Only shown if users sign in. */
  readonly forUsers?: true;
};

const PAGES = {
  general: {
    words: "General",
    address: ({ settings }) => settings,
    forMembers: true,
  },
  users: { words: "Users", address: ({ users }) => users, forUsers: true },
  tokens: { words: "API tokens", address: ({ tokens }) => tokens },
  api: {
    words: "API",
    address: ({ apiReference }) => apiReference,
    forMembers: true,
  },
  senders: { words: "Senders", address: ({ senders }) => senders },
  channels: {
    words: "Notifications",
    address: ({ alertChannels }) => alertChannels,
    forMembers: true,
  },
  account: {
    words: "Account",
    address: ({ account }) => account,
    forMembers: true,
    forUsers: true,
  },
  digest: {
    words: "Digest",
    address: ({ digest }) => digest,
    forMembers: true,
  },
  erase: { words: "Erase", address: ({ erase }) => erase },
  audit: { words: "Audit", address: ({ audit }) => audit() },
} as const satisfies Record<string, SettingsPage>;

export type SettingsSection = keyof typeof PAGES;

/** The frame of the settings pages: a heading, and links to the others that the viewer can open. */
export function SettingsFrame({
  site,
  section,
  title,
  scripts = [],
  children,
}: {
  readonly site: Site;
  readonly section: SettingsSection;
  /** The page's heading, e.g. "API tokens". */
  readonly title: string;
  readonly scripts?: readonly AssetName[];
  readonly children: Children;
}) {
  const { viewer, urls } = site;
  const isShown = ({ forMembers, forUsers }: SettingsPage): boolean =>
    viewer === undefined
      ? forUsers !== true
      : forMembers === true || isAdmin(viewer);
  const shown = Object.entries<SettingsPage>(PAGES).filter(([, page]) =>
    isShown(page),
  );
  return (
    <Layout {...{ site, title, scripts }} section="settings">
      <div class="settings">
        <nav class="settings-nav" aria-label="Settings">
          {shown.map(([name, { words, address }]) => (
            <a
              href={address(urls)}
              aria-current={name === section ? "page" : undefined}
              safe
            >
              {words}
            </a>
          ))}
        </nav>
        <div class="settings-page">
          <h1 safe>{title}</h1>
          {viewer?.isAdminMissing === true ? (
            <NoAdmin name={viewer.name} />
          ) : (
            ""
          )}
          {children}
        </div>
      </div>
    </Layout>
  );
}

/** A proxy's first users are members: a command on the server makes one of them an admin. */
function NoAdmin({ name }: { readonly name: string }) {
  return (
    <aside class="said warns" aria-label="No admin">
      <p>
        <b>There is no admin yet.</b> To become one, run this where smsledger
        runs, with the same <code>DATABASE_URL</code>:
      </p>
      <p>
        <code safe>{`smsledger user role ${shellWord(name)} admin`}</code>
      </p>
    </aside>
  );
}

/** Quotes a text as one word of a shell command. */
function shellWord(text: string): string {
  return /^[\w.@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
