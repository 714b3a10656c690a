import { readFileSync } from "node:fs";

/** Linux numbers the users of services up to here, including those that proxies run as. */
const SERVICE_UID_MAX = 999;
const NOBODY_UID = 65_534;
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** The two ports of a connection within this machine. */
export type LoopbackConnection = {
  readonly peerPort: number;
  readonly ownPort: number;
};

/**
 * Reports whether the other end of a connection within this machine is a service: a
 * program whose user is neither root, nor a person, nor the one we run as. Reverse
 * proxies are; browsers and SSH tunnels aren't. Undefined if the system doesn't say
 * (other than Linux).
 */
export function isFromService(
  connection: LoopbackConnection,
): boolean | undefined {
  const uid = uidOfPeer(connection);
  return uid === undefined
    ? undefined
    : uid !== 0 &&
        uid !== process.getuid?.() &&
        (uid <= SERVICE_UID_MAX || uid === NOBODY_UID);
}

/** Format of the tables: proc(5), /proc/net/tcp. */
function uidOfPeer({
  peerPort,
  ownPort,
}: LoopbackConnection): number | undefined {
  const port = (number: number): string =>
    number.toString(16).toUpperCase().padStart(4, "0");
  const row = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port(peerPort)} [0-9A-F]+:${port(ownPort)} \\S+ \\S+ \\S+ \\S+ +(\\d+) `,
    "m",
  );
  for (const table of TABLES) {
    const [, uid] = row.exec(contentOf(table)) ?? [];
    if (uid !== undefined) return Number(uid);
  }
  return undefined;
}

function contentOf(table: string): string {
  try {
    return readFileSync(table, "latin1");
  } catch {
    return "";
  }
}
