// Twilio's own middleware in Express, as in its documentation. Runs on Node. The
// arguments are the auth token and the shared keys' secrets; X-Secret chooses one of them.
import express from "express";
import twilio from "twilio";

const [authToken, ...secrets] = process.argv.slice(2);
const app = express();
app.use(express.urlencoded({ extended: false }));
app.post("/{*any}", (request, response, next) => {
  const sharedKeySecret = secrets[Number(request.header("X-Secret"))];
  twilio.webhook(authToken, { sharedKeySecret })(request, response, next);
});
app.post("/{*any}", (_, response) => response.send("accepted"));
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
