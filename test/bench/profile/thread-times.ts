import { readdirSync, readFileSync } from "node:fs";

/** Of Linux, for times of processes. */
const TICKS_PER_SECOND = 100;

export type CpuSeconds = { readonly user: number; readonly system: number };

/** Returns the processor time of each thread of a process so far, by its ID and name. */
export function threadTimes(pid: number): Map<string, CpuSeconds> {
  const times = new Map<string, CpuSeconds>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    times.set(`${name} ${id}`, {
      user: Number(fields[11]) / TICKS_PER_SECOND,
      system: Number(fields[12]) / TICKS_PER_SECOND,
    });
  }
  return times;
}
