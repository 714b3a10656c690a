import { PROGRAM, run } from "../cli/program.ts";
import { AUTH_TOKEN } from "../support/twilio-client.ts";

export type Examined = {
  readonly status: number;
  readonly text: string;
  /** Returns the lines below a heading. */
  readonly topic: (title: string) => readonly string[];
};

/** Runs `smsledger doctor` with these settings and an auth token. */
export async function runDoctor(
  env: Readonly<Record<string, string>>,
): Promise<Examined> {
  const { status, stdout, stderr } = await run(PROGRAM, ["doctor"], {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, ...env },
  });
  if (stderr !== "") throw new Error(stderr);
  return {
    status,
    text: stdout,
    topic(title) {
      const [, lines = ""] =
        new RegExp(`^${title}\\n((?: .*\\n)+)`, "m").exec(stdout) ?? [];
      return lines.split("\n").map((line) => line.trim());
    },
  };
}
