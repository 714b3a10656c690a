/** The result of one check. */
export type Finding = {
  /** `wrong`: smsledger can't work like this; `note`: worth a look. */
  readonly level: "fine" | "note" | "wrong";
  /** What was found, in a sentence or two. */
  readonly text: string;
  /** What to do. */
  readonly advice?: string;
};

export function fine(text: string): Finding {
  return { level: "fine", text };
}

export function note(text: string, advice: string): Finding {
  return { level: "note", text, advice };
}

export function wrong(text: string, advice?: string): Finding {
  return { level: "wrong", text, ...(advice !== undefined && { advice }) };
}
