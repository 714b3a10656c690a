import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { join } from "node:path";
import lock from "../../bun.lock";
import { PROJECT } from "./compile.ts";
import { runOrFail } from "./run-or-fail.ts";
import { TARGETS, type Target } from "./runtimes.ts";

const SPEC_VERSION = Spec.Version.v1dot6;

/** The parts of a CycloneDX document that are used here. */
type Bom = {
  readonly metadata: { readonly component: Component };
  readonly components: Component[];
  readonly dependencies: { readonly ref: string; dependsOn?: string[] }[];
};
type Component = {
  readonly type: string;
  readonly "bom-ref": string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  hashes?: readonly Hash[];
};
type Hash = { readonly alg: "SHA-512"; readonly content: string };

/**
 * Writes the list of what is in the program, as CycloneDX JSON: every package that was
 * bundled, with its version, license, license text, and the hash in bun.lock, and Bun's
 * runtimes. It contains no timestamp or serial number, so every build writes the same list.
 * Throws if it doesn't match CycloneDX's schema.
 */
export async function writeSbom(
  file: string,
  metafile: string,
  targets: readonly Target[],
): Promise<void> {
  await runOrFail(
    [
      process.execPath,
      join(PROJECT, "node_modules/.bin/cyclonedx-esbuild"),
      "--spec-version",
      SPEC_VERSION,
      "--output-reproducible",
      "--gather-license-texts",
      "--output-file",
      file,
      metafile,
    ],
    PROJECT,
    "Can't write the list of what is in the program.",
  );
  const bom: Bom = await Bun.file(file).json();
  for (const component of bom.components) {
    const { group, name, version } = component;
    component.hashes = hashes(
      `${group === undefined ? "" : `${group}/`}${name}@${version}`,
    );
  }
  addRuntimes(bom, targets);
  const text = `${JSON.stringify(bom, null, 2)}\n`;
  const mistake = await new Validation.JsonStrictValidator(
    SPEC_VERSION,
  ).validate(text);
  if (mistake !== null)
    throw new Error(
      `The list of what is in the program isn't valid CycloneDX: ${JSON.stringify(mistake)}`,
    );
  await Bun.write(file, text);
}

/** Adds Bun's runtimes, which the bundler doesn't list. */
function addRuntimes(bom: Bom, targets: readonly Target[]): void {
  const runtimes = targets.map((target) => {
    const [group = "", name = ""] = TARGETS[target].runtime.split("/");
    const packageName = `${group}/${name}`;
    const version = lock.packages[packageName]?.[0].split("@").at(-1) ?? "";
    const purl = `pkg:npm/${encodeURIComponent(group)}/${name}@${version}`;
    return {
      type: "platform",
      "bom-ref": purl,
      group,
      name,
      version,
      description: `Bun, with JavaScriptCore, SQLite and BoringSSL, in the program for ${target}`,
      licenses: [{ license: { id: "MIT", acknowledgement: "declared" } }],
      purl,
      hashes: hashes(`${packageName}@${version}`),
    };
  });
  bom.components.push(...runtimes);
  const refs = runtimes.map((each) => each["bom-ref"]);
  bom.dependencies.push(...refs.map((ref) => ({ ref })));
  const program = bom.dependencies.find(
    ({ ref }) => ref === bom.metadata.component["bom-ref"],
  );
  program?.dependsOn?.push(...refs);
}

/** Returns the hash of a package's archive, by "name@version" as in the lock file. */
function hashes(nameAndVersion: string): readonly Hash[] {
  const locked = Object.values(lock.packages).find(
    ([id]) => id === nameAndVersion,
  );
  const integrity = locked?.[3];
  if (integrity?.startsWith("sha512-") !== true)
    throw new Error(`bun.lock has no SHA-512 of ${nameAndVersion}.`);
  const content = Buffer.from(integrity.slice(7), "base64").toString("hex");
  return [{ alg: "SHA-512", content }];
}
