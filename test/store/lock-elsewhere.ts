import { expect } from "bun:test";

/** Starts another process that holds the database's write lock until disposed of. */
export async function lockElsewhere(file: string): Promise<AsyncDisposable> {
  const locker = Bun.spawn({
    cmd: [
      process.execPath,
      "-e",
      `const db = new (await import("bun:sqlite")).Database(process.argv.at(-1));
       // The writer may be busy for a moment after its last response.
       db.run("PRAGMA busy_timeout = 5000");
       db.run("BEGIN IMMEDIATE");
       console.log("locked");
       // The timer refers to the database, so that it isn't garbage-collected.
       setInterval(() => db.inTransaction, 1000);`,
      file,
    ],
    stdout: "pipe",
    stderr: "ignore",
  });
  const first = await locker.stdout.getReader().read();
  expect(Buffer.from(first.value ?? []).toString()).toContain("locked");
  return {
    async [Symbol.asyncDispose]() {
      locker.kill("SIGKILL");
      await locker.exited;
    },
  };
}
