import type { Help } from "commander";

/** Columns that a term and the gap after it take in a list. */
const TERM_COLUMNS = 18;
/** Lines longer than this are hard to read, however wide the terminal is. */
const LINE_COLUMNS_MAX = 100;

/**
 * How `--help` is laid out: a short description stands beside its term, a longer one
 * below it, so that long names of flags leave it its whole width.
 */
export const helpLayout: Partial<Help> = {
  subcommandTerm: (command) => command.name(),
  formatItem(term, _termWidth, description, helper) {
    const width = Math.min(helper.helpWidth ?? 80, LINE_COLUMNS_MAX);
    const fitsBeside =
      !description.includes("\n") &&
      term.length < TERM_COLUMNS - 2 &&
      description.length <= width - TERM_COLUMNS - 2;
    if (fitsBeside) return `  ${term.padEnd(TERM_COLUMNS)}${description}`;
    const indent = " ".repeat(6);
    const wrapped = helper.boxWrap(description, width - indent.length);
    return `  ${term}\n${wrapped.replace(/^/gm, indent)}`;
  },
};
