import type { Finding } from "../words/finding.ts";

/** What was looked at under one heading. */
export type Topic = {
  readonly title: string;
  readonly findings: readonly Finding[];
};

const MARKS: Record<Finding["level"], string> = {
  fine: "✓",
  note: "!",
  wrong: "✗",
};

/** The findings for a terminal: what to do stands below what is not as it should be. */
export function topicText({ title, findings }: Topic): string {
  const lines = findings.flatMap(({ level, text, advice }) => [
    `  ${MARKS[level]} ${text}`,
    ...(advice === undefined ? [] : [`    ${advice}`]),
  ]);
  return [title, ...lines].join("\n");
}

/** The last line: how much is not as it should be. */
export function verdictText(topics: readonly Topic[]): string {
  const count = (level: Finding["level"]): number =>
    topics.flatMap(({ findings }) => findings).filter((f) => f.level === level)
      .length;
  const [wrong, notes] = [count("wrong"), count("note")];
  const wrongs =
    wrong === 0
      ? "Nothing is wrong"
      : `${wrong} ${wrong === 1 ? "thing is" : "things are"} wrong (✗)`;
  return notes === 0 ? `${wrongs}.` : `${wrongs}, ${notes} worth a look (!).`;
}
