import { readFile } from "node:fs/promises";

/** Linux numbers the users of services up to here, including those that proxies run as. */
const SERVICE_UID_MAX = 999;
const NOBODY_UID = 65_534;
const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];
/**
 * How long a connection's user is remembered, because reading the tables takes up to 25 ms.
 * To pass for a person, a service would have to get, of some 28,000 ports, the one that a
 * person's connection gave up within this time.
 */
const REMEMBERED_MS = 1_000;

/** The two ports of a connection within this machine. */
export type LoopbackConnection = {
  readonly peerPort: number;
  readonly ownPort: number;
};

/**
 * Returns a function that resolves to whether the other end of a connection within this
 * machine is a service: a program whose user is neither root, nor a person, nor the one we
 * run as. Reverse proxies are; browsers and SSH tunnels aren't. Undefined if the system
 * doesn't say (other than Linux).
 */
export function createServiceCheck() {
  const known = new Map<number, Promise<boolean | undefined>>();
  return (connection: LoopbackConnection): Promise<boolean | undefined> => {
    const { peerPort } = connection;
    const remembered = known.get(peerPort);
    if (remembered !== undefined) return remembered;
    const found = uidOfPeer(connection).then(isService);
    known.set(peerPort, found);
    setTimeout(() => known.delete(peerPort), REMEMBERED_MS).unref();
    return found;
  };
}

function isService(uid: number | undefined): boolean | undefined {
  return uid === undefined
    ? undefined
    : uid !== 0 &&
        uid !== process.getuid?.() &&
        (uid <= SERVICE_UID_MAX || uid === NOBODY_UID);
}

/** Format of the tables: proc(5), /proc/net/tcp. */
async function uidOfPeer({
  peerPort,
  ownPort,
}: LoopbackConnection): Promise<number | undefined> {
  const port = (number: number): string =>
    number.toString(16).toUpperCase().padStart(4, "0");
  const row = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port(peerPort)} [0-9A-F]+:${port(ownPort)} \\S+ \\S+ \\S+ \\S+ +(\\d+) `,
    "m",
  );
  for (const table of TABLES) {
    const text = await readFile(table, "latin1").catch(() => "");
    const [, uid] = row.exec(text) ?? [];
    if (uid !== undefined) return Number(uid);
  }
  return undefined;
}
