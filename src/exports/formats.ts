import { csvHeader, csvLines } from "./csv.ts";

/** The file formats and their media types; a name is the file's ending too. */
export const MEDIA_TYPES = {
  csv: "text/csv; charset=utf-8",
  json: "application/json",
  jsonl: "application/jsonl; charset=utf-8",
} as const;

export type FileFormat = keyof typeof MEDIA_TYPES;

/**
 * A file's text: a piece for each step, empty where the step found nothing. Records have
 * the columns' names. `json` is `{"data":[…]}` with an object a line, `jsonl` a line each.
 */
export async function* fileText(
  format: FileFormat,
  columns: readonly string[],
  steps: AsyncIterable<readonly object[]>,
): AsyncGenerator<string, void> {
  if (format === "csv") {
    yield csvHeader(columns);
    for await (const records of steps) yield csvLines(columns, records);
    return;
  }
  if (format === "jsonl") {
    for await (const records of steps)
      yield records.map((each) => `${JSON.stringify(each)}\n`).join("");
    return;
  }
  yield '{"data":[';
  let comma = "";
  for await (const records of steps) {
    let piece = "";
    for (const each of records) {
      piece += `${comma}\n${JSON.stringify(each)}`;
      comma = ",";
    }
    yield piece;
  }
  yield "\n]}\n";
}
