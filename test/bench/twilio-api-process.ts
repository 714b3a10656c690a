/** Serves a history from a file as Twilio's API would, until it's ended. Prints its settings. */
import { startTwilioApi } from "../support/twilio-api.ts";

const history = await Bun.file(process.argv[2] ?? "").json();
console.log(JSON.stringify(startTwilioApi(history).env));
