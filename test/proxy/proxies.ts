import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

/** A reverse proxy that terminates TLS in front of a server, as a separate process. */
export type Proxy = AsyncDisposable & {
  readonly origin: string;
  /** The certificate of the authority behind Caddy's; nobody else trusts it. */
  readonly caFile: string;
  /** Stops it; `begin` starts it again on the same address. */
  end(): Promise<void>;
  begin(): Promise<void>;
};

/**
 * Starts Caddy or nginx with a configuration, waits until it responds, and stops it when
 * disposed of. `lines` are inside its site or server block.
 */
export async function startProxy(
  kind: "caddy" | "nginx",
  lines: string,
): Promise<Proxy> {
  const folder = tempDir();
  const port = freePort();
  const origin = `https://localhost:${port}`;
  const command =
    kind === "caddy"
      ? caddy(folder.path, port, lines)
      : nginx(folder.path, port, lines);
  const log = Bun.file(join(folder.path, "proxy.log"));
  const spawn = () =>
    Bun.spawn(command, {
      cwd: folder.path,
      env: {
        ...process.env,
        HOME: folder.path,
        XDG_DATA_HOME: folder.path,
        XDG_CONFIG_HOME: folder.path,
      },
      stdout: "ignore",
      stderr: log,
    });
  let child = spawn();
  const begun = async (): Promise<void> => {
    await until(async () => child.exitCode !== null || (await answers(origin)));
    if (child.exitCode !== null)
      throw new Error(`${kind}: ${await log.text()}`);
  };
  const end = async (): Promise<void> => {
    // Caddy would wait for open event streams to end, and nginx has children to stop.
    child.kill(kind === "caddy" ? "SIGKILL" : "SIGTERM");
    await child.exited;
  };
  await begun();
  return {
    origin,
    caFile: join(folder.path, "caddy/pki/authorities/local/root.crt"),
    end,
    async begin() {
      child = spawn();
      await begun();
    },
    async [Symbol.asyncDispose]() {
      await end();
      folder[Symbol.dispose]();
    },
  };
}

function caddy(folder: string, port: number, lines: string): string[] {
  const file = join(folder, "Caddyfile");
  const options =
    "{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n}\n";
  writeFileSync(
    file,
    `${options}https://localhost:${port} {\n  bind 127.0.0.1\n  tls internal\n${lines}\n}\n`,
  );
  return ["caddy", "run", "--config", file, "--adapter", "caddyfile"];
}

function nginx(folder: string, port: number, lines: string): string[] {
  const certificate = join(folder, "cert.pem");
  const key = join(folder, "key.pem");
  const subject = ["-subj", "/CN=localhost", "-days", "1"];
  Bun.spawnSync(
    [
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ],
    { stderr: "ignore" },
  );
  mkdirSync(join(folder, "tmp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${join(folder, "tmp", name)};`)
    .join("\n");
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off;
pid ${join(folder, "nginx.pid")};
error_log stderr warn;
events {}
http {
  access_log off;
${temporary}
  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${certificate};
    ssl_certificate_key ${key};
${lines}
  }
}
`,
  );
  return ["nginx", "-e", "stderr", "-c", file];
}

/** Reports whether it speaks TLS, because the certificate may be ready later than the port. */
async function answers(origin: string): Promise<boolean> {
  try {
    await fetch(origin, { tls: { rejectUnauthorized: false } });
    return true;
  } catch {
    return false;
  }
}
