/**
 * Parses CSV as a spreadsheet that splits at `separator` does: quotes count only at the
 * start of a cell, and text after the closing quote belongs to the cell.
 */
export function parseCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  let isStart = true;
  const endCell = (): void => {
    row.push(cell);
    cell = "";
    isStart = true;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') cell += text.charAt(++at);
      else isQuoted = false;
    } else if (char === '"' && isStart) isQuoted = true;
    else if (char === separator) {
      endCell();
      continue;
    } else if (char === "\n" || char === "\r") {
      endCell();
      rows.push(row);
      row = [];
      continue;
    } else cell += char;
    isStart = false;
  }
  if (cell !== "" || row.length > 0) {
    endCell();
    rows.push(row);
  }
  return rows;
}
