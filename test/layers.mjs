/**
 * The layers of the code, from top to bottom: each imports only from itself and from those
 * below it. `bun run layers` checks this, and that imports don't form a cycle.
 */
const LAYERS = [
  ["main", "^src/main\\.ts$"],
  ["cli", "^src/cli/"],
  ["server", "^src/server/"],
  ["routes", "^src/routes/"],
  ["views", "^views/"],
  // Rules without HTTP or JSX: every folder that isn't named here.
  [
    "features",
    "^src/(?!(?:cli|server|routes|receiver|store|twilio|phone|time|words|site|http|config|log)/)[a-z-]+/",
  ],
  ["receiver", "^src/receiver/"],
  ["store", "^src/store/"],
  ["base", "^src/(?:twilio|phone|time|words|site|http|config|log)/"],
];

/** The features that build on each other, from top to bottom. */
const FEATURE_ROOMS = [
  ["suppressions and the digest", "^src/(?:suppressions|digest)/"],
  ["alerts", "^src/alerts/"],
  ["forwarding", "^src/forwarding/"],
  ["mail", "^src/mail/"],
  ["what reads from Twilio", "^src/(?:sources|senders)/"],
  ["Twilio's API", "^src/twilio-api/"],
  ["outbound requests", "^src/outbound/"],
];

/** The parts of the store, from top to bottom. Only `open.ts` knows which engines exist. */
const STORE_ROOMS = [
  ["the entrance of the store", "^src/store/open\\.ts$"],
  ["an engine", "^src/store/(?:sqlite|postgres)/"],
  ["shared SQL", "^src/store/sql/"],
  ["the core of the store", "^src/store/core/"],
  ["copying", "^src/store/copy/"],
  ["the interface of the store", "^src/store/(?!open\\.ts)[a-z-]+\\.ts$"],
];

/** @param {readonly (readonly string[])[]} floors @returns {object[]} a rule for each except the first */
function noneUpward(floors) {
  return floors.slice(1).map(([name, path], index) => ({
    name: `${name}-imports-upward`.replaceAll(" ", "-"),
    severity: "error",
    from: { path },
    to: {
      path: floors
        .slice(0, index + 1)
        .map((floor) => floor[1])
        .join("|"),
      // The parts of pages that aren't code: assets.ts embeds them.
      pathNot: "^views/.*\\.(?:css|js|svg)$",
    },
  }));
}

export default {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    ...noneUpward(LAYERS),
    ...noneUpward(FEATURE_ROOMS),
    ...noneUpward(STORE_ROOMS),
    {
      name: "no-engine-outside-the-store",
      comment: "Open it with openEngine.",
      severity: "error",
      from: { pathNot: "^src/store/" },
      to: { path: "^src/store/(?:sqlite|postgres|sql|core)/" },
    },
    {
      name: "twilio-stands-on-the-base-alone",
      severity: "error",
      from: { path: "^src/twilio/" },
      to: { path: "^src/(?:site|http|config|log|words)/" },
    },
    {
      name: "no-unknown-files",
      comment: "An import that doesn't resolve would hide what it imports.",
      severity: "error",
      from: {},
      to: {
        couldNotResolve: true,
        pathNot:
          "^(?:bun(?::|$)|csv-stringify/|@elysiajs/html/|kysely-postgres-js$)",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // Types count: a type is declared in the layer that owns the concept.
    tsPreCompilationDeps: true,
  },
};
