import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { hashOf, isPassword } from "./passwords.ts";

/** A request to the hashing thread: hash a password, or compare one with a hash. */
export type HasherRequest =
  | { readonly password: string }
  | { readonly password: string; readonly hash: string };
export type HasherReply = string | boolean;

/** The lowest priority: everything else comes first. */
const NICENESS = 19;

/** For this thread alone, which Linux allows; elsewhere the number would mean a process. */
function makeWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(
      Number(readlinkSync("/proc/thread-self").split("/").at(-1)),
      NICENESS,
    );
  } catch {
    // If this is forbidden, hashes are computed all the same.
  }
}

if (parentPort !== null) makeWay();
parentPort?.on("message", (request: HasherRequest) => {
  const { password } = request;
  const reply: HasherReply =
    "hash" in request ? isPassword(password, request.hash) : hashOf(password);
  parentPort?.postMessage(reply);
});
