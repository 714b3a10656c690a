/**
 * `bun test/bench/sign-in-clients.ts ORIGIN COUNT PAUSE_MS`: signs in `COUNT` times at
 * once, waits for all responses and a pause, and repeats this until stopped. Each attempt
 * has a unique name and address, so that no guess limit helps the server. Prints how many
 * responses had each status.
 */
const [origin = "", count = "100", pauseMs = "0"] = process.argv.slice(2);
/** Earlier runs used other names. */
const first = Math.floor(Math.random() * 2 ** 23);
const answers: Record<string, number> = {};
let isEnded = false;
process.on("SIGTERM", () => (isEnded = true));

for (let tries = first; !isEnded;) {
  await Promise.all(
    Array.from({ length: Number(count) }, async () => {
      const status = await signIn(++tries);
      answers[status] = (answers[status] ?? 0) + 1;
    }),
  );
  await Bun.sleep(Number(pauseMs));
}
console.log(JSON.stringify(answers));

async function signIn(number: number): Promise<number> {
  const answer = await fetch(`${origin}/login`, {
    method: "POST",
    redirect: "manual",
    headers: {
      "sec-fetch-site": "same-origin",
      "x-forwarded-for": `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    },
    body: new URLSearchParams({
      name: `name ${number}`,
      password: "not the password of anybody",
    }),
  });
  await answer.arrayBuffer();
  return answer.status;
}
