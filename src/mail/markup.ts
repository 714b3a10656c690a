/** HTML that is safe to send: our own, with everything inserted escaped. */
export class Markup {
  constructor(readonly html: string) {}
}

type Part = string | number | Markup | readonly Markup[];

/** Escapes everything inserted into a template, except for other markup. */
export function markup(
  pieces: TemplateStringsArray,
  ...parts: readonly Part[]
): Markup {
  return new Markup(
    pieces.map((piece, index) => piece + htmlOf(parts[index] ?? "")).join(""),
  );
}

function htmlOf(part: Part): string {
  if (part instanceof Markup) return part.html;
  return typeof part === "object"
    ? part.map(({ html }) => html).join("")
    : Bun.escapeHTML(part);
}
