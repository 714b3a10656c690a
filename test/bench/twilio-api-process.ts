/** Stands in for Twilio's API with the history in a file, until it's ended. Prints its settings. */
import { startTwilioApi } from "../support/twilio-api.ts";

const history = await Bun.file(process.argv[2] ?? "").json();
console.log(JSON.stringify(startTwilioApi(history).env));
