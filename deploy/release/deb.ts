import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { commitTime } from "./commit-time.ts";
import { PROJECT } from "./compile.ts";
import { runOrFail } from "./run-or-fail.ts";
import type { Target } from "./runtimes.ts";

/** Debian's names for the architectures that get a package. */
const ARCHITECTURES: { readonly [target in Target]?: string } = {
  "linux-x64": "amd64",
  "linux-arm64": "arm64",
};

const MAINTAINER = "the smsledger authors <smsledger@users.noreply.github.com>";
/** To Debian, a hyphen begins the packager's revision, and a tilde sorts a pre-release before its release. */
const VERSION = packageJson.version.replaceAll("-", "~");
const SCRIPTS = ["preinst", "postinst", "prerm", "postrm"];

/**
 * Writes the Debian package with a target's program into a release that has everything else.
 * Does nothing for targets that have no package. `folder` is for temporary files.
 */
export async function makeDeb(
  target: Target,
  release: string,
  folder: string,
): Promise<void> {
  const architecture = ARCHITECTURES[target];
  if (architecture === undefined) return;
  const time = await commitTime();
  const tree = join(folder, "deb");
  const write = (path: string, content: string | Uint8Array, mode = 0o644) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), mode);
  };
  for (const [path, content] of await files(release, time))
    write(path, content);
  mkdirSync(join(tree, "usr/bin"));
  linkSync(
    join(release, `smsledger-${target}`),
    join(tree, "usr/bin/smsledger"),
  );
  for (const name of SCRIPTS)
    write(`DEBIAN/${name}`, await source(`debian/${name}`), 0o755);
  write("DEBIAN/conffiles", "/etc/smsledger/smsledger.env\n");
  chmodSync(join(tree, "etc/smsledger/smsledger.env"), 0o600);
  write("DEBIAN/control", control(architecture, kibibytes(tree)));
  for (const path of ["", ...readdirSync(tree, { recursive: true })])
    if (statSync(join(tree, String(path))).isDirectory())
      chmodSync(join(tree, String(path)), 0o755);
  await runOrFail(
    [
      "dpkg-deb",
      "--root-owner-group",
      // Every dpkg reads gzip. A higher level takes three times as long, for 7 % less.
      "-Zgzip",
      "-z1",
      "--build",
      tree,
      join(release, `smsledger_${VERSION}_${architecture}.deb`),
    ],
    PROJECT,
    "Can't write the Debian package. This needs dpkg-deb.",
    { SOURCE_DATE_EPOCH: time },
  );
}

type File = readonly [path: string, content: string | Uint8Array];

/** The package's files, without the program. */
async function files(release: string, time: string): Promise<readonly File[]> {
  const doc = "usr/share/doc/smsledger";
  const unit = await source("smsledger.service");
  const examples = [
    "Caddyfile",
    "nginx.conf",
    "haproxy.cfg",
    "postgresql-role.sql",
    "alert-rules.yml",
    "grafana-dashboard.json",
  ];
  const sbom = await Bun.file(join(release, "smsledger.cdx.json")).text();
  return [
    ["etc/smsledger/smsledger.env", await source("smsledger.env")],
    [
      "usr/lib/systemd/system/smsledger.service",
      unit.replaceAll("/usr/local/bin/", "/usr/bin/"),
    ],
    [
      "usr/share/bash-completion/completions/smsledger",
      await printedBy("completions", "bash"),
    ],
    [
      "usr/share/zsh/vendor-completions/_smsledger",
      await printedBy("completions", "zsh"),
    ],
    [
      "usr/share/fish/vendor_completions.d/smsledger.fish",
      await printedBy("completions", "fish"),
    ],
    ["usr/share/man/man1/smsledger.1.gz", gzipped(await printedBy("man"))],
    [
      "usr/share/lintian/overrides/smsledger",
      await source("debian/lintian-overrides"),
    ],
    [`${doc}/README.md`, await source("README.md")],
    [`${doc}/copyright`, await copyright()],
    [`${doc}/changelog.gz`, gzipped(changelog(time))],
    [`${doc}/smsledger.cdx.json.gz`, gzipped(sbom)],
    ...(await Promise.all(
      examples.map(async (name): Promise<File> => [
        `${doc}/examples/${name}`,
        await source(name),
      ]),
    )),
  ];
}

/** A file of deploy/. */
function source(name: string): Promise<string> {
  return Bun.file(join(PROJECT, "deploy", name)).text();
}

function printedBy(...args: readonly string[]): Promise<string> {
  const command = [process.execPath, "src/main.ts", ...args];
  return runOrFail(command, PROJECT, `smsledger ${args.join(" ")} failed.`);
}

function gzipped(text: string): Uint8Array {
  return Bun.gzipSync(Buffer.from(text), { level: 9 });
}

function control(architecture: string, installedSize: number): string {
  return `Package: smsledger
Version: ${VERSION}
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${installedSize}
Depends: adduser, libc6 (>= 2.17)
Section: net
Priority: optional
Description: ledger of Twilio's message status callbacks
 smsledger verifies each status callback that Twilio posts, records it before
 it answers, and shows a team what happened to every message and why failed
 ones failed. It runs as a systemd service with an SQLite database.
`;
}

async function copyright(): Promise<string> {
  const license = await Bun.file(join(PROJECT, "LICENSE")).text();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Comment: The licenses of what the program contains are in smsledger.cdx.json.gz.

Files: *
Copyright: ${/^Copyright \(c\) (.*)$/m.exec(license)?.[1] ?? ""}
License: Expat
${license
  .slice(license.indexOf("Permission is"))
  .trimEnd()
  .replaceAll(/^$/gm, ".")
  .replaceAll(/^/gm, " ")}
`;
}

function changelog(time: string): string {
  const date = new Date(Number(time) * 1_000).toUTCString();
  return `smsledger (${VERSION}) stable; urgency=medium

  * Release ${packageJson.version}.

 -- ${MAINTAINER}  ${date.replace("GMT", "+0000")}
`;
}

function kibibytes(folder: string): number {
  const bytes = readdirSync(folder, { recursive: true })
    .map((path) => statSync(join(folder, String(path))).size)
    .reduce((sum, size) => sum + size, 0);
  return Math.ceil(bytes / 1_024);
}
