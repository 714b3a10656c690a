/**
 * Makes a value when it is first asked for, and keeps it. For what a start should not
 * wait for: the first `Intl` format loads the words of a language, which takes
 * milliseconds and megabytes.
 */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
