/** A sentence for a terminal or a program: its apostrophes are straight, where pages have curly ones. */
export function plainText(sentence: string): string {
  return sentence.replaceAll("’", "'");
}

/** A text with a capital first letter. */
export function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
