import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

const KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

/** Makes a certificate authority that issues real certificates. Hold it with `using`. */
export async function certificateAuthority() {
  const folder = tempDir();
  const path = (file: string) => join(folder.path, file);
  const read = (file: string) => Bun.file(path(file)).text();
  await openssl(
    `req -x509 ${KEY} -days 30 -subj /CN=Test -keyout ${path("ca.key")} -out ${path("ca.pem")}`,
  );
  return {
    ca: await read("ca.pem"),
    caFile: path("ca.pem"),
    /** Issues a certificate for a name such as `DNS:a.example` or `IP:127.0.0.1`. */
    async issue(name: string, days = 30) {
      await Bun.write(path("names"), `subjectAltName=${name}`);
      await openssl(
        `req ${KEY} -subj /CN=receiver -keyout ${path("key")} -out ${path("request")}`,
      );
      await openssl(
        `x509 -req -in ${path("request")} -days ${days} -extfile ${path("names")} ` +
          `-CA ${path("ca.pem")} -CAkey ${path("ca.key")} -CAcreateserial -out ${path("certificate")}`,
      );
      return { key: await read("key"), cert: await read("certificate") };
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

async function openssl(args: string): Promise<void> {
  const made = Bun.spawn(["openssl", ...args.split(" ")], { stderr: "pipe" });
  if ((await made.exited) !== 0)
    throw new Error(
      `openssl failed: ${await new Response(made.stderr).text()}`,
    );
}
