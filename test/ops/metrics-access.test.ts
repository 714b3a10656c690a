import { expect, test } from "bun:test";
import { metricsProblem } from "../../src/routes/metrics-access.ts";

const headers = new Headers({ host: "127.0.0.1:3000" });

test("without a token, only this machine's loopback addresses can read the metrics", () => {
  for (const peer of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"])
    expect([peer, metricsProblem(undefined, headers, peer)]).toEqual([
      peer,
      undefined,
    ]);
  for (const peer of [
    "192.0.2.1",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "",
    undefined,
  ])
    expect([peer, metricsProblem(undefined, headers, peer)?.status]).toEqual([
      peer,
      403,
    ]);
});
