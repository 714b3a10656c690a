import type { Explanations } from "./explanation.ts";
import {
  account,
  carrier,
  content,
  recipient,
  sender,
  twilio,
} from "./explanation.ts";

/** Failures on WhatsApp, RCS, Messenger and other channels that are not SMS. */
export const channelExplanations: Explanations = {
  63001: sender.no(
    "The channel, such as WhatsApp or Messenger, did not accept the sender's credentials.",
    "Check the sender's connection in the Twilio Console, and connect it again if needed.",
  ),
  63002: sender.no(
    "The channel does not know the address of the sender.",
    "Compare the sender with the ones set up in the Twilio Console and at the channel.",
  ),
  63003: recipient.no(
    "The channel does not know the recipient. On WhatsApp, the number has no account.",
    "Check the number, or reach the recipient by SMS.",
  ),
  63005: content.no(
    "The channel did not accept the content of this message.",
    "Read the channel's own words in the posted fields of this message. Check the media file, the template and the number.",
  ),
  63006: content.no(
    "The content could not be put into the form that this channel needs.",
    "Simplify the content or use a template made for this channel.",
  ),
  63007: sender.no(
    "The account has no sender with this address on this channel.",
    "Check the sender's spelling and prefix, that it is approved, and that the right account sent.",
  ),
  63008: sender.no(
    "The sender's channel is not set up correctly at Twilio.",
    "Go through the channel's settings in the Twilio Console.",
  ),
  63009: carrier.later(
    "The channel's servers answered Twilio with an error of their own.",
    "Send it again later. Look at the channel's status page if many messages fail.",
  ),
  63010: twilio.later(
    "A fault inside Twilio's channel system stopped this message.",
    "Send it again. If this repeats, give Twilio support the message SID.",
  ),
  63011: twilio.later(
    "Twilio could not find out from the channel what this message may contain, and gave up.",
    "Send it again later. If this repeats, give Twilio support the message SID.",
  ),
  63012: carrier.later(
    "The channel, for example WhatsApp, had an internal fault.",
    "Send it again in a few minutes. Look at the channel's status page if many messages fail.",
  ),
  63013: content.no(
    "The message breaks a rule of the channel, for example by an empty template value, a forbidden line break or a file type.",
    "Read the channel's own words in the posted fields, then correct the text, values or file.",
  ),
  63014: recipient.no(
    "The recipient has blocked this sender or its messages in the app.",
    "Stop sending on this channel. Use another way only if the recipient agreed to it.",
  ),
  63015: sender.no(
    "The message came from Twilio's test sandbox, and the recipient has not joined it, or not lately.",
    "Have the tester send the join words to the sandbox. For customers, set up a sender of your own.",
  ),
  63016: content.no(
    "The recipient has not written within the last 24 hours, so WhatsApp accepts only an approved template. This was a free text.",
    "Send an approved template by its Content SID, or wait until the recipient writes again.",
  ),
  63017: account.later(
    "The account sent more messages per second on this channel than Twilio takes.",
    "Send again more slowly.",
  ),
  63018: account.later(
    "The sender wrote faster, or to more people, than the channel lets it.",
    "Slow down and send again later. On WhatsApp, see the sender's messaging limit and quality rating.",
  ),
  63019: content.no(
    "The picture or other media of this message could not be downloaded.",
    "Check that its address opens without a login, gives the right file type and answers fast.",
  ),
  63020: account.no(
    "There is a problem with the Meta Business account of the sender, for example with its payment or verification.",
    "Look for alerts in Meta Business Manager and resolve them.",
  ),
  63021: content.no(
    "The channel does not support something in this message, or a part of it is too long.",
    "Check the file type and the lengths. On WhatsApp, a filled-in template may have at most 1,024 characters.",
  ),
  63022: sender.no(
    "WhatsApp did not accept the certificate of the sender's display name.",
    "Check the display name's approval in WhatsApp Manager, then ask Twilio support to register the sender again.",
  ),
  63023: carrier.maybe(
    "The channel reported a failure without a precise reason.",
    "Read the channel's own words in the posted fields. Send once more, then give Twilio support the message SID.",
  ),
  63024: recipient.no(
    "WhatsApp cannot deliver to this number. It has no account, an app that is too old, or has not accepted WhatsApp's latest terms.",
    "Check the number, and ask the recipient to update WhatsApp. Otherwise use SMS.",
  ),
  63025: content.no(
    "The channel already holds the media of this message and refused to take it again.",
    "Put the file at a new web address and send that.",
  ),
  63026: content.no(
    "The channel took the sender's messages for spam and holds them back.",
    "Pause the campaign, and look at the sender's quality rating and the complaints. Write only to people who agreed.",
  ),
  63027: content.no(
    "The template does not exist in the language that was asked for.",
    "Compare name and language with the approved templates, and add the language if it is missing.",
  ),
  63028: content.no(
    "The message gave more or fewer values than the template has placeholders.",
    "Ask your developers to give exactly one value for each placeholder.",
  ),
  63029: content.no(
    "The recipient's app could not load the template of this message.",
    "Check that the template is approved in this language, and send it again with its current version.",
  ),
  63030: content.no(
    "The message combined things that do not go together on this channel, such as a template with separate media.",
    "Send the template without the media, and check the web address if it was to show a preview.",
  ),
  63031: sender.no(
    "The message was addressed to its own sender on this channel.",
    "Choose another recipient or another sender.",
  ),
  63032: recipient.no(
    "WhatsApp does not let businesses write to this user at present, for example because Meta has put them in a trial group.",
    "Reach the recipient in another way. WhatsApp delivers again once the recipient writes to you.",
  ),
  63033: recipient.no(
    "The recipient has opted out of messages on this channel.",
    "Stop sending to them here until they write to you or agree again.",
  ),
  63034: content.no(
    "The media is larger than this channel allows.",
    "Make the file smaller, or send a link to it.",
  ),
  63035: sender.no(
    "The RCS sender may not write to this recipient. Before its launch it reaches only registered test phones.",
    "Add the phone as a test device, or launch the sender with the recipient's carrier.",
  ),
  63036: recipient.no(
    "The recipient cannot be reached by RCS. Their phone, app or carrier does not support it now.",
    "Send an SMS instead, or let the Messaging Service fall back to SMS by itself.",
  ),
  63037: content.no(
    "This is only a warning and did not stop the message: the channel had trouble with its media.",
    "Check that the media arrived, and that its file type and size suit the channel.",
  ),
  63038: account.later(
    "The account had used up the channel messages that Twilio allows it within 24 hours.",
    "Send again the next day, or ask Twilio support for a higher limit.",
  ),
  63039: account.no(
    "This is only a warning and did not stop the message: Facebook asks for fewer messages outside the 24-hour window.",
    "Send fewer of them, or Facebook may restrict the page.",
  ),
  63040: content.no(
    "WhatsApp rejected the template of this message, so it cannot be used.",
    "Read the reason for the rejection, change the template and submit it again.",
  ),
  63041: content.later(
    "WhatsApp has paused the template because of poor feedback from recipients.",
    "Wait until the pause ends, or use another template. Improve the text, or it may be disabled.",
  ),
  63042: content.no(
    "WhatsApp has disabled the template for good, after repeated poor feedback or a broken rule.",
    "Make a new template with a different text and have it approved.",
  ),
  63043: content.no(
    "The template could not be reviewed because access to its sample file was refused (403).",
    "Make the sample file public and submit the template again.",
  ),
  63044: content.no(
    "The template could not be reviewed because its sample file was not found (404).",
    "Correct the link to the sample file and submit the template again.",
  ),
  63045: content.no(
    "The template could not be reviewed because the server of its sample file answered with an error.",
    "Make sure that the link opens in a browser, then submit the template again.",
  ),
  63046: content.no(
    "This is only a notice and did not stop the message: WhatsApp approved a template.",
    "No action needed. The template can be used from now on.",
  ),
  63047: content.no(
    "The template could not be reviewed because its sample file is served as a wrong file type.",
    "Have the server send the right Content-Type for the file, then submit the template again.",
  ),
  63049: recipient.maybe(
    "Meta chose not to deliver this marketing message. It limits marketing per person, and delivers none to US numbers.",
    "Do not resend at once. Try again after days, or use SMS. For US numbers do not try again on WhatsApp.",
  ),
  63050: recipient.no(
    "The recipient has opted out of marketing messages on WhatsApp.",
    "Take them off your WhatsApp marketing. Messages about an order or an account are still possible.",
  ),
  63051: account.no(
    "WhatsApp has locked the sender or its business account.",
    "Read the reason in Meta Business Manager and appeal there.",
  ),
  63052: content.no(
    "This is only a warning and did not stop the message: it used a WhatsApp template in the old way.",
    "Ask your developers to move the template to Twilio's Content templates and send it by its Content SID.",
  ),
  63053: content.later(
    "The template is new or changed, and WhatsApp does not have it everywhere yet.",
    "Wait ten minutes, then send again.",
  ),
  63054: content.no(
    "The template cannot be used now. It is not approved, or was withdrawn.",
    "Look up the template's state in the Twilio Console, and use an approved one.",
  ),
  63055: content.no(
    "The message went through WhatsApp's marketing interface (MM Lite), which takes marketing templates only.",
    "Use a marketing template, or send this message the ordinary way.",
  ),
  63056: sender.no(
    "The sender's WhatsApp account is not of a kind that may send this message.",
    "Check the account type in WhatsApp Manager, and ask Twilio support what this sender may use.",
  ),
  63057: account.later(
    "Too many templates were submitted in a short time, so WhatsApp took no more.",
    "Wait an hour, then submit the rest of the templates more slowly.",
  ),
  63058: account.no(
    "WhatsApp does not let this business write to people in the recipient's country.",
    "Use another channel there. See WhatsApp's rules for your kind of business.",
  ),
  63059: sender.no(
    "The sender's number was moved to another WhatsApp Business Account.",
    "Register the sender again under its new account, or use another sender.",
  ),
  63062: account.no(
    "The business has not accepted Meta's terms for its Marketing Messages API.",
    "Have an administrator accept the terms in WhatsApp Manager, then send again.",
  ),
  63112: account.no(
    "Meta has disabled the WhatsApp Business Account of this sender.",
    "Read the reason in Meta Business Manager and ask Meta for a review.",
  ),
  63120: account.no(
    "Meta has locked the business account that the sender belongs to.",
    "Have the account unlocked by Meta Business Support. Twilio cannot do it.",
  ),
};
