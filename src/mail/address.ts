/** RFC 5321, 4.5.3.1: 64 before the @, and 254 in all. */
export const ADDRESS_MAX = 254;

/** Reports whether this is one address that mail can be sent to. */
export function isAddress(text: string): boolean {
  const [, local = "", host = ""] =
    /^([^\s@<>()[\]\\,;:"\p{C}]+)@([\p{L}\p{N}.-]+)$/u.exec(text) ?? [];
  return (
    text.length <= ADDRESS_MAX &&
    local !== "" &&
    local.length <= 64 &&
    // Labels, without an empty one, such as in "example..com".
    host.split(".").every((label) => /^[^-.](?:.*[^-])?$/u.test(label))
  );
}
