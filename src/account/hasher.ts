import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { hashOf, isPassword } from "./passwords.ts";

/** What is asked of the thread that computes hashes: a new one, or whether one is of a password. */
export type HasherRequest =
  | { readonly password: string }
  | { readonly password: string; readonly hash: string };
export type HasherReply = string | boolean;

/** The lowest: whatever else there is to do comes first. */
const NICENESS = 19;

/** Of this thread alone, which Linux allows; elsewhere the number would mean a process. */
function makeWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(
      Number(readlinkSync("/proc/thread-self").split("/").at(-1)),
      NICENESS,
    );
  } catch {
    // Where this is forbidden hashes are computed all the same.
  }
}

if (parentPort !== null) makeWay();
parentPort?.on("message", (request: HasherRequest) => {
  const { password } = request;
  const reply: HasherReply =
    "hash" in request ? isPassword(password, request.hash) : hashOf(password);
  parentPort?.postMessage(reply);
});
