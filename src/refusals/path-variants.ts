import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/** Paths that people put services below; a proxy that removes one leaves no trace of it. */
const USUAL_BASE_PATHS = [
  "/sms",
  "/smsledger",
  "/twilio",
  "/webhook",
  "/webhooks",
  "/hooks",
  "/callback",
  "/callbacks",
  "/status",
  "/messages",
  "/messaging",
  "/api",
  "/app",
];

export type ExpectedPath = {
  /** "" or a path without a slash at its end. */
  readonly basePath: string;
  readonly route: string;
  /** The other channel's. */
  readonly otherRoute: string;
  readonly hasSlash: boolean;
};

type Piece = { readonly text: string; readonly causes: readonly Cause[] };

/**
 * Returns paths that may have been signed instead of the expected one. `forwarded` are
 * the base paths and whole paths that a proxy names in headers.
 */
export function pathVariants(
  { basePath, route, otherRoute, hasSlash }: ExpectedPath,
  forwarded: {
    readonly basePaths: readonly string[];
    readonly paths: readonly string[];
  },
): Variant[] {
  const slash = hasSlash ? "/" : "";
  const expected = basePath + route + slash;
  const likelyBases = [
    "",
    basePath + basePath,
    ...forwarded.basePaths,
    ...forwarded.basePaths.map((each) => each + basePath),
  ];
  const bases: Piece[] = [
    { text: basePath, causes: [] },
    ...likelyBases.map((text) => ({ text, causes: ["base-path"] as const })),
    { text: `${basePath}/`, causes: ["double-slash"] },
    { text: `/${basePath}`, causes: ["double-slash"] },
  ];
  const ends: Piece[] = [
    { text: route + slash, causes: [] },
    { text: route + (hasSlash ? "" : "/"), causes: ["slash"] },
    { text: otherRoute + slash, causes: ["route"] },
  ];
  const combined = bases.flatMap((base) =>
    ends.map((end): Variant => ({
      value: base.text + end.text,
      causes: [...base.causes, ...end.causes],
      isLikely: base.causes.length + end.causes.length < 2,
    })),
  );
  const whole = [
    ...forwarded.paths,
    ...USUAL_BASE_PATHS.map((base) => base + route + slash),
  ].map((value): Variant => ({
    value,
    causes: value === expected ? [] : ["base-path"],
    isLikely: true,
  }));
  return distinct([...combined, ...whole]);
}
