import { styleText } from "node:util";
import type { Finding } from "../words/finding.ts";

/** What was checked under one heading. */
export type Topic = {
  readonly title: string;
  readonly findings: readonly Finding[];
};

const MARKS = {
  fine: ["✓", "green"],
  note: ["!", "yellow"],
  wrong: ["✗", "red"],
} as const;

/** The findings for a terminal: below one that isn't fine is what to do about it. */
export function topicText({ title, findings }: Topic): string {
  const lines = findings.flatMap(({ level, text, advice }) => [
    `  ${markOf(level)} ${text}`,
    ...(advice === undefined ? [] : [`    ${advice}`]),
  ]);
  return [title, ...lines].join("\n");
}

/** In color where standard output is a terminal, unless NO_COLOR is set. */
function markOf(level: Finding["level"]): string {
  const [mark, color] = MARKS[level];
  return styleText(color, mark, { stream: process.stdout });
}

/** The whole report for programs; its shape is documented. */
export function reportJson(version: string, topics: readonly Topic[]) {
  return {
    version,
    wrong: countOf(topics, "wrong"),
    notes: countOf(topics, "note"),
    findings: topics.flatMap(({ title, findings }) =>
      findings.map(({ level, text, advice }) => ({
        topic: title,
        level,
        text,
        advice: advice ?? null,
      })),
    ),
  };
}

/** The last line: how many things aren't fine. */
export function verdictText(topics: readonly Topic[]): string {
  const wrong = countOf(topics, "wrong");
  const notes = countOf(topics, "note");
  const wrongs =
    wrong === 0
      ? "Nothing is wrong"
      : `${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong (✗)`;
  return notes === 0 ? `${wrongs}.` : `${wrongs}, ${notes} worth a look (!).`;
}

function countOf(topics: readonly Topic[], level: Finding["level"]): number {
  return topics
    .flatMap(({ findings }) => findings)
    .filter((each) => each.level === level).length;
}
