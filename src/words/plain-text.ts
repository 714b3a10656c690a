/** A sentence for a terminal or a program: its apostrophes are straight, where pages have curly ones. */
export function plainText(sentence: string): string {
  return sentence.replaceAll("’", "'");
}
