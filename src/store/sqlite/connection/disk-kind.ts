import { statfsSync } from "node:fs";

export type DiskKind = "network" | "memory" | "container";

/** Keyed by Linux's file system types: statfs(2). */
const KINDS: Readonly<Record<number, DiskKind>> = {
  0x6969: "network",
  0x517b: "network",
  0xff534d42: "network",
  0xfe534d42: "network",
  0x01021997: "network",
  0x01021994: "memory",
  0x858458f6: "memory",
  0x794c7630: "container",
};

/** The kind of disk that a folder is on; undefined for a usual one, or when the system doesn't tell. */
export function diskKind(folder: string): DiskKind | undefined {
  if (process.platform !== "linux") return undefined;
  const { type } = statfsSync(folder);
  // Some systems report the number with a sign.
  return KINDS[type >>> 0];
}
