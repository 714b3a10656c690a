import { cidrList } from "../../src/config/setting-values.ts";
import { createOutbound } from "../../src/outbound/outbound.ts";

/** Posts to each URL given, and prints the status or the fault. The test sets its environment. */
const outbound = createOutbound({
  allow: cidrList("127.0.0.0/8"),
  version: "0.0.0",
  resolve: () => Promise.resolve(["127.0.0.2"]),
});
for (const url of process.argv.slice(2)) {
  const { response, fault } = await outbound.send({
    url,
    headers: {},
    body: "{}",
  });
  console.log(fault ?? response.status);
}
outbound.close();
