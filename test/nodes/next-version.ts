/**
 * Makes a program that is one version ahead: loaded before the program, this gives it one more
 * migration, from NEXT_MIGRATION. With NEXT_REFUSES, that version takes nothing from older nodes.
 */
import { plugin } from "bun";

const { NEXT_MIGRATION = "", NEXT_REFUSES } = process.env;

plugin({
  name: "next version",
  setup(build) {
    build.onLoad(
      { filter: /\/postgres\/migrations\/migrations\.ts$/ },
      async ({ path }) => {
        const text = await Bun.file(path).text();
        const [, known] = /MIGRATIONS: readonly string\[\] = \[([^\]]*)\]/.exec(
          text,
        ) ?? [""];
        if (known === undefined)
          throw new Error("The list of migrations isn't found.");
        const contents = text
          .split(known)
          .join(`${known}${JSON.stringify(NEXT_MIGRATION)},`);
        return {
          loader: "ts",
          contents: NEXT_REFUSES
            ? contents.replace(/(APPENDS_FROM =) \d+/, "$1 SCHEMA_VERSION")
            : contents,
        };
      },
    );
  },
});
