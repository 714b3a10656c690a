import type { Explanations } from "./explanation.ts";
import { account, content, request, sender, twilio } from "./explanation.ts";

/** Messaging Services, templates, media, trial accounts and Twilio's interface as a whole. */
export const otherExplanations: Explanations = {
  11751: content.no(
    "The media is larger than the messaging provider accepts.",
    "Make the file smaller. For MMS, keep everything together below 5 MB, and much less for some carriers.",
  ),
  14107: request.later(
    "So many messages went between the same two numbers in half a minute that Twilio took it for an endless loop.",
    "Find what answers whom, such as two automatic replies, and break the loop. Then send again after a minute.",
  ),
  20403: request.no(
    "Twilio did not allow this request for the account or credentials that made it.",
    "Ask your developers to check the credentials and what the account may do.",
  ),
  20404: request.no(
    "The request went to something that does not exist at Twilio.",
    "Ask your developers to check the address and the SIDs in the request.",
  ),
  20412: request.no(
    "Something had changed at Twilio since it was last read, so the request no longer applied.",
    "Ask your developers to read the current state first and repeat the request with it.",
  ),
  20422: request.no(
    "A value in the request was missing or not valid.",
    "Open the error in the Twilio Console to see which value, and ask your developers to correct it.",
  ),
  20429: account.later(
    "More requests were made at once than Twilio takes from this account.",
    "Retry later. Ask your developers to spread requests and to wait longer after each refusal.",
  ),
  20500: twilio.later(
    "Twilio's server failed while it handled the request.",
    "Send again in a few minutes. Look at Twilio's status page if it keeps failing.",
  ),
  20503: twilio.later(
    "Twilio's service was not available at that moment.",
    "Send again in a few minutes. Look at Twilio's status page for an outage.",
  ),
  20504: twilio.later(
    "One part of Twilio waited too long for another, and the request failed.",
    "Check first whether the message went out after all, then send again.",
  ),
  21701: sender.no(
    "The Messaging Service that the message names does not exist in this account.",
    "Compare the Messaging Service SID with the Twilio Console. It starts with MG.",
  ),
  21702: sender.no(
    "The Messaging Service cannot send new messages at present.",
    "Look at the service's state in the Twilio Console, or send through another service.",
  ),
  21703: sender.no(
    "The Messaging Service has no sender that can reach this recipient.",
    "Add a sender that suits the recipient's country and the kind of message.",
  ),
  21704: sender.no(
    "The Messaging Service has no phone numbers at all.",
    "Add a number or another sender to the service in the Twilio Console.",
  ),
  21705: sender.no(
    "The Messaging Service named in the request is not a valid one.",
    "Ask your developers to check the Messaging Service SID for typing errors.",
  ),
  21708: sender.no(
    "This is only a warning and did not stop the message: the request about a sender name left the name out.",
    "Ask your developers to give the sender name when they add it to the Messaging Service.",
  ),
  21709: sender.no(
    "The sender name is not valid, or this Messaging Service may not use it.",
    "Use up to 11 letters, digits and spaces with at least one letter, and enable sender names for the account.",
  ),
  21710: sender.no(
    "This is only a warning and did not stop the message: the number was already in the Messaging Service.",
    "No action needed.",
  ),
  21711: sender.no(
    "This is only a warning and did not stop the message: the sender does not belong to the Messaging Service that was named.",
    "Add the sender to the service, or leave it out of the request.",
  ),
  30103: twilio.later(
    "A fault inside Twilio kept the links in this message from being shortened.",
    "Check in the Twilio Console whether the message went out with its long links. Send again if it did not.",
  ),
  92002: content.no(
    "The message gave more placeholder values than a template may have.",
    "Use fewer placeholders in the template.",
  ),
  92005: content.no(
    "A template was expected, but the request named none.",
    "Ask your developers to set the Content SID.",
  ),
  92006: content.no(
    "The Content SID in the request is not a template of this account.",
    "Copy the SID anew from the template's page in the Twilio Console.",
  ),
  92007: content.no(
    "The placeholder values sent along with the template could not be read.",
    "Ask your developers to pass the content variables as valid JSON, with text values only.",
  ),
  92008: content.no(
    "The template is of a content type that Twilio does not know.",
    "Make the template anew with one of the types that the Twilio Console offers.",
  ),
  216602: content.no(
    "The template's content type does not exist on this channel, for example a WhatsApp list sent by SMS.",
    "Use a template type that the channel supports, or give the template a plain text version.",
  ),
  572002: account.no(
    "A trial account must send to each verified person from the trial number assigned to them, and another number was used.",
    "Look up the assigned number in the Twilio Console and send from it, or upgrade the account.",
  ),
  572005: account.no(
    "The recipient was added to the trial account but has not confirmed their number yet.",
    "Enter the code that Twilio sent to that phone, or ask for a new one if it has expired.",
  ),
  572006: account.no(
    "The trial account's request named a message template that does not exist.",
    "Use the exact name of one of the templates that the trial offers, or upgrade the account.",
  ),
};
