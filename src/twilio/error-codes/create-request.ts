import type { Explanations } from "./explanation.ts";
import { account, content, recipient, request, sender } from "./explanation.ts";

/** Refusals at the moment when the message was handed to Twilio. */
export const createRequestExplanations: Explanations = {
  21210: sender.no(
    "The number shown as the sender is not verified for this Twilio account.",
    "Verify the number as a caller ID in the Twilio Console, or use a Twilio number of the account.",
  ),
  21211: recipient.no(
    "The recipient's number is not a valid phone number.",
    "Correct the number and write it with its country code, such as +14155550123.",
  ),
  21212: sender.no(
    "The sender is not a valid phone number, sender name or short code.",
    "Check the sender for typing errors. Use a sender of your Twilio account.",
  ),
  21264: sender.no(
    "The account may send only from verified numbers, and this sender is not one.",
    "Verify the number in the Twilio Console, or send from a Twilio number.",
  ),
  21265: recipient.no(
    "The recipient is a short code, which cannot receive messages from Twilio.",
    "Use the ordinary phone number of the recipient.",
  ),
  21266: sender.no(
    "The message had the same number as sender and recipient.",
    "Choose another sender or recipient.",
  ),
  21267: account.no(
    "A trial account may not send under a name, only from a phone number.",
    "Send from the account's trial number, or upgrade the account.",
  ),
  21268: recipient.no(
    "The recipient is a premium-rate or information service number, which Twilio does not send to.",
    "Ask the recipient for an ordinary mobile number.",
  ),
  21408: account.no(
    "The account is not allowed to send to the recipient's country or region.",
    "If you mean to send there, enable the country under Messaging Geo Permissions in the Twilio Console. Otherwise check the number's country code.",
  ),
  21601: sender.no(
    "The sending number cannot be used for SMS.",
    "Use a number of the account that has SMS, as the Twilio Console shows it.",
  ),
  21602: content.no(
    "The message had no text.",
    "Ask your developers why the text was empty. A missing value in a template is a common cause.",
  ),
  21603: sender.no(
    "The message named neither a sender nor a Messaging Service.",
    "Ask your developers to set one of the two for every message.",
  ),
  21604: recipient.no(
    "The message named no recipient.",
    "Check that the contact has a phone number and that it is passed on when you send.",
  ),
  21605: content.no(
    "The text is longer than the 160 characters that Twilio's old interface takes.",
    "Shorten the text, or ask your developers to move to the present Messages API.",
  ),
  21606: sender.no(
    "The sender is not a number of this account that can send messages to this recipient.",
    "Check that the number belongs to the account, can send SMS and suits the recipient's country.",
  ),
  21607: account.no(
    "A trial account may send only from its own trial number.",
    "Use the trial number as the sender, or upgrade the account.",
  ),
  21608: account.no(
    "The account is on trial or not fully approved, so it may send only to numbers verified in it. The recipient's number is not.",
    "Verify the number in the Twilio Console, or upgrade the account and complete its compliance profile.",
  ),
  21609: request.no(
    "The address for status reports in the request is not a valid web address.",
    "Ask your developers to correct the StatusCallback URL.",
  ),
  21610: recipient.no(
    "The recipient has unsubscribed, for example by replying STOP, so Twilio did not send the message.",
    "Respect it and stop sending to this number. The recipient can come back by texting START to your number.",
  ),
  21611: account.later(
    "More messages were waiting at this sender than it can send in time, so Twilio took no more.",
    "Send again when the queue is shorter. Use more senders or a Messaging Service for large batches.",
  ),
  21612: sender.no(
    "Twilio has no way to send from this sender to this recipient.",
    "Look up in Twilio's SMS guidelines which kinds of sender the recipient's country allows, and use one of them.",
  ),
  21614: recipient.no(
    "The recipient's number is not a mobile number, or cannot receive text messages.",
    "Ask for a mobile number, or call instead.",
  ),
  21616: sender.no(
    "The sender fits more than one number of the account, and Twilio could not tell which one was meant.",
    "Write the sender in full, with its country code.",
  ),
  21617: content.no(
    "The text is longer than 1,600 characters, the most that Twilio sends in one message.",
    "Shorten the text or split it into several messages.",
  ),
  21618: content.no(
    "The text has something in it that Twilio cannot send, such as broken characters.",
    "Type the text anew without unusual characters, and send that.",
  ),
  21619: content.no(
    "The message had neither text, nor media, nor a template.",
    "Ask your developers to give every message one of the three.",
  ),
  21620: content.no(
    "The web address of a picture or other media in this message is not valid.",
    "Check that the address starts with https:// and opens without a login.",
  ),
  21621: sender.no(
    "The sending number cannot send pictures or other media (MMS).",
    "Use a US, Canadian or other number with MMS, or send a link to the media.",
  ),
  21622: sender.no(
    "The account is not enabled to send pictures or other media (MMS).",
    "Ask Twilio support to enable MMS, or send a link to the media.",
  ),
  21623: content.no(
    "The message has more media files than Twilio sends in one message, which is ten for MMS.",
    "Remove some of the files, or send several messages.",
  ),
  21624: request.no(
    "The validity period of the message is not a number that Twilio accepts.",
    "Ask your developers to use a whole number of seconds from 1 to 36,000.",
  ),
  21626: request.no(
    "The request asked for a kind of status report that Twilio does not have.",
    "Ask your developers to correct the StatusCallbackEvent setting.",
  ),
  21627: request.no(
    "The maximum price set for the message is not a number.",
    "Ask your developers to write the maximum price as a plain decimal number, such as 0.05.",
  ),
  21635: recipient.no(
    "The recipient's number is a landline, which cannot receive text messages.",
    "Call instead, or ask for a mobile number.",
  ),
  21652: content.no(
    "The subject line of the message is longer than 40 characters.",
    "Shorten the subject.",
  ),
  21653: content.no(
    "The message had more recipients than one message may have.",
    "Send it in smaller groups, or to each recipient on their own.",
  ),
  21654: content.no(
    "The message was to use a template but did not say which.",
    "Ask your developers to name the template by its Content SID.",
  ),
  21655: content.no(
    "The template that the message names does not exist in this account.",
    "Compare the Content SID with the templates in the Twilio Console. It starts with HX.",
  ),
  21656: content.no(
    "The values for the template's placeholders are not valid.",
    "Check that every placeholder has a value and none is empty, and that your developers pass them as JSON.",
  ),
  21657: sender.no(
    "The sender ID is not valid for the recipient's country.",
    "Look up in Twilio's SMS guidelines which sender IDs the country allows, and use one of them.",
  ),
  21658: content.no(
    "A part of the message, such as a template value, is longer than Twilio allows.",
    "Shorten the long part. The error in the Twilio Console names it.",
  ),
  21659: sender.no(
    "The sender is not a Twilio number, or it is a short code of another country than the recipient's.",
    "Use a Twilio number of your account. If the number is moving to Twilio, wait until the move is done.",
  ),
  21660: sender.no(
    "The sending number belongs to another Twilio account than the one that sent.",
    "Send with the account or subaccount that owns the number.",
  ),
  21661: sender.no(
    "The sending number is for calls only and cannot send SMS.",
    "Choose a number with SMS in the Twilio Console.",
  ),
  21662: sender.no(
    "Twilio's Ireland region cannot send from this sender to this recipient.",
    "Send through the US region, or use a sender that the Ireland region supports.",
  ),
  21663: sender.no(
    "The sending number is set up for another Twilio region than the one that was used.",
    "Send through the region that the number is set up for, or change the number's region.",
  ),
  21664: sender.no(
    "The message named both a fixed sender and a fallback sender, which do not go together.",
    "Use the fallback sender only with a Messaging Service.",
  ),
  21665: sender.no(
    "The fallback sender is not a valid sender for this message.",
    "Use an SMS number of the same Messaging Service as the fallback.",
  ),
  21666: sender.no(
    "The message named a fallback sender but no Messaging Service.",
    "Ask your developers to send through a Messaging Service, or to leave the fallback sender out.",
  ),
  21667: sender.no(
    "The message named a fallback sender, but its Messaging Service has no RCS sender to fall back from.",
    "Add an RCS sender to the Messaging Service, or leave the fallback sender out.",
  ),
  21668: sender.no(
    "Twilio's Ireland region does not send from this type of number, such as US and Canadian ones.",
    "Use the US region for this number, or another number in the Ireland region.",
  ),
  21670: content.no(
    "The message had media, and Twilio's Ireland region sends text only.",
    "Send the text alone, or send through the US region.",
  ),
  21900: request.no(
    "The entity ID for India's DLT registration is not valid.",
    "Copy the principal entity ID from your DLT registration and have your developers correct it.",
  ),
  21901: request.no(
    "The template ID for India's DLT registration is not valid.",
    "Copy the template ID from your DLT registration and have your developers correct it.",
  ),
  21902: request.no(
    "The invoice tag of the message is longer than 32 characters.",
    "Ask your developers to shorten the InvoiceTag.",
  ),
  21910: sender.no(
    "The sender is of one channel and the recipient of another, for example SMS and WhatsApp.",
    "Write both addresses for the same channel. For WhatsApp both need the whatsapp: prefix.",
  ),
  30400: request.no(
    "The request for this message had values that Twilio does not accept.",
    "Open the error in the Twilio Console to see which value it is, and ask your developers to correct it.",
  ),
  30404: request.no(
    "The request named something that Twilio could not find, such as a message or a service.",
    "Ask your developers to check the SIDs in the request and the account that it was made with.",
  ),
  30409: request.no(
    "The message was to be withdrawn, but it is too late for that. It was already sent or has ended.",
    "Do nothing to this message. To withdraw others, do it while they are still scheduled.",
  ),
  30436: request.no(
    "The request named a phone number by an SID that does not exist.",
    "Ask your developers to check the phone number SID. It starts with PN.",
  ),
  90007: request.no(
    "The validity period of the message was below 1 second or above 36,000 seconds.",
    "Correct the validity period in the request or in the Messaging Service.",
  ),
  90014: request.no(
    "The validity period of the message was not a whole number above zero.",
    "Set the validity period in the request or in the Messaging Service to whole seconds.",
  ),
};
