import { ConfigError, gotText } from "../config/config.ts";

/** A command's flags as given, by their name in camelCase. */
export type Flags = Readonly<Record<string, unknown>>;

/** Returns a flag's text; undefined if it isn't given. */
export function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === "string" ? value : undefined;
}

/**
 * Reads flags that aren't settings, and collects what is wrong with them, so that all of
 * it is reported at once. A flag that is missing or wrong reads as its fallback.
 */
export class FlagReader {
  readonly #mistakes: string[] = [];

  constructor(readonly flags: Flags) {}

  text(name: string): string | undefined {
    return textOf(this.flags, name);
  }

  number(
    name: string,
    fallback: number,
    limits: { readonly min: number; readonly max: number; whole?: boolean },
  ): number {
    return this.read(name, fallback, (text) => {
      const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      const isRight =
        number >= limits.min &&
        number <= limits.max &&
        (!limits.whole || Number.isInteger(number));
      if (isRight) return number;
      throw new Error(
        `must be a ${limits.whole ? "whole " : ""}number from ${limits.min} to ${limits.max}`,
      );
    });
  }

  oneOf<const T extends string>(
    name: string,
    fallback: T,
    words: readonly T[],
  ): T {
    return this.read(name, fallback, (text) => {
      const word = words.find((each) => each === text);
      if (word !== undefined) return word;
      throw new Error(`must be one of ${words.join(", ")}`);
    });
  }

  /**
   * `parse` throws an Error whose message completes "--name: …" and doesn't repeat the
   * value, or a ConfigError with whole sentences.
   */
  read<T, F>(name: string, fallback: F, parse: (text: string) => T): T | F {
    const text = this.text(name);
    if (text === undefined) return fallback;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error instanceof ConfigError) {
        this.#mistakes.push(...error.mistakes);
        return fallback;
      }
      this.#mistakes.push(`--${name}: ${error.message}${gotText(text)}.`);
      return fallback;
    }
  }

  /** Throws ConfigError when a flag was wrong. */
  requireRight(): void {
    if (this.#mistakes.length > 0) throw new ConfigError(this.#mistakes);
  }
}

/** Reads both, and throws one ConfigError with the mistakes of both. */
export function readBoth<A, B>(
  readFirst: () => A,
  readSecond: () => B,
): [A, B] {
  const mistakes: string[] = [];
  const attempt = <T>(read: () => T): { readonly value: T } | undefined => {
    try {
      return { value: read() };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mistakes.push(...error.mistakes);
      return undefined;
    }
  };
  const first = attempt(readFirst);
  const second = attempt(readSecond);
  if (first === undefined || second === undefined)
    throw new ConfigError(mistakes);
  return [first.value, second.value];
}
