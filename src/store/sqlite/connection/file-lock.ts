import { dlopen, read } from "bun:ffi";

const EXCLUSIVE_AT_ONCE = 2 | 4;
/** EWOULDBLOCK on Linux and macOS. */
const HELD_BY_ANOTHER = [11, 35];

const FLOCK = { args: ["i32", "i32"], returns: "i32" } as const;
const ERRNO_LOCATION = { args: [], returns: "ptr" } as const;

/**
 * Locks an open file, under any name, until its descriptor is closed or the process ends.
 * SQLite uses another kind of lock, so the two don't interfere. Returns false when another
 * process holds the lock, and undefined where the system has no such lock.
 */
export function lockFile(descriptor: number): boolean | undefined {
  const system = systemLibrary();
  if (system === undefined) return undefined;
  if (system.flock(descriptor, EXCLUSIVE_AT_ONCE) === 0) return true;
  const address = system.errnoLocation();
  const errno = address === null ? 0 : read.i32(address, 0);
  return HELD_BY_ANOTHER.includes(errno) ? false : undefined;
}

function systemLibrary() {
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  switch (process.platform) {
    case "darwin":
      return libraryAt("libSystem.B.dylib", "__error");
    case "linux":
      return (
        libraryAt("libc.so.6", "__errno_location") ??
        libraryAt(`libc.musl-${arch}.so.1`, "__errno_location")
      );
    default:
      return undefined;
  }
}

/** Undefined when the library is missing. */
function libraryAt(name: string, errno: "__errno_location" | "__error") {
  try {
    const library = dlopen(name, { flock: FLOCK, [errno]: ERRNO_LOCATION });
    const { flock, [errno]: errnoLocation } = library.symbols;
    return errnoLocation && { flock, errnoLocation };
  } catch {
    return undefined;
  }
}
