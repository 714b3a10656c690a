import type { Explanations } from "./explanation.ts";
import {
  account,
  carrier,
  content,
  recipient,
  request,
  sender,
  twilio,
} from "./explanation.ts";

// "SMS pumping" is fraud that earns money from messages to the fraudster's own numbers.
const suspectedPumping = twilio.later(
  "Twilio blocked this message because the traffic to this number looked like fraud (SMS pumping).",
  "Wait a few hours, then send again. If the recipient is genuine, add the number to Twilio's Global Safe List or give Twilio support three recent message SIDs.",
);

/** Failures on the way to the phone, after Twilio accepted the message. */
export const deliveryExplanations: Explanations = {
  30001: account.later(
    "Too many messages were waiting to go out from this sender, and Twilio dropped this one from the queue.",
    "Send it again when the queue is shorter. Send smaller batches, or add senders to raise the rate.",
  ),
  30002: account.no(
    "The Twilio account was suspended before this message went out.",
    "Find out in the Twilio Console why the account is suspended. Retry once it is active.",
  ),
  30003: recipient.later(
    "The phone could not be reached. It may be switched off, out of coverage, roaming without service or unable to receive messages.",
    "Send again in a few hours. If it keeps failing, ask the recipient whether the number is right and whether other messages arrive.",
  ),
  30004: recipient.no(
    "The message was blocked on the recipient's side. They or their carrier refuse it, or the number cannot receive such messages, as with some landlines.",
    "Do not repeat it. Ask the recipient in another way whether their phone or carrier blocks messages, or use another number.",
  ),
  30005: recipient.no(
    "The carrier does not know this number. It is wrong, no longer in service or not active yet.",
    "Ask the recipient for the right number and correct your records. Stop sending to the old one.",
  ),
  30006: recipient.no(
    "The number is a landline, or its carrier cannot be reached from this kind of sender.",
    "Call instead, or ask for a mobile number. If you sent from a short code, try an ordinary number.",
  ),
  30007: content.no(
    "Twilio or the carrier took this message for spam or unwanted content and filtered it out.",
    "Review the text, its links and the recipients' consent before you send anything like it again. If it is legitimate, give Twilio support three message SIDs.",
  ),
  30008: carrier.maybe(
    "The carrier reported that the message failed and gave no reason.",
    "Send it once more, best as a short text without links. If it fails again, check the number and give Twilio support some message SIDs.",
  ),
  30009: carrier.no(
    "An incoming message of several parts reached Twilio with a part missing.",
    "Ask the person who wrote it to send it again.",
  ),
  30010: request.no(
    "The message costs more than the maximum price set for it, so Twilio did not send it.",
    "Raise or remove the maximum price, or shorten the text to fewer segments.",
  ),
  30011: recipient.no(
    "The recipient's number or region cannot receive pictures and other media (MMS).",
    "Send the text alone, with a link to the media.",
  ),
  30012: request.no(
    "The message was given less time for its delivery than Twilio allows.",
    "Ask your developers to set a longer validity period, or none.",
  ),
  30013: request.no(
    "The message was given more time for its delivery than Twilio allows.",
    "Ask your developers to set a validity period of at most 36,000 seconds (10 hours), or none.",
  ),
  30014: request.no(
    "The recipient's address in the request was missing or not written as Twilio needs it.",
    "Ask your developers to check how the recipient's address is filled in.",
  ),
  30015: request.no(
    "The message was meant for a channel that Twilio does not support here.",
    "Ask your developers to check the channel that the addresses in the request name.",
  ),
  30016: sender.no(
    "The sender and the recipient belong to different channels, for example WhatsApp and SMS.",
    "Use a sender of the same channel as the recipient's address.",
  ),
  30017: carrier.later(
    "The carrier's network was overloaded and did not take this message.",
    "Send it again later. Spread large batches over more time.",
  ),
  30018: sender.no(
    "The recipient's carrier asks for registered sender IDs, and this one is not registered. Twilio gives this as a warning that the message may be blocked.",
    "Register the sender ID for this country in the Twilio Console, or use a registered one.",
  ),
  30019: content.no(
    "The message with its media is larger than the recipient's carrier accepts.",
    "Make the media smaller, or send a link to it instead.",
  ),
  30020: twilio.later(
    "The message was scheduled, and a fault inside Twilio kept it from going out at its time.",
    "Send it again if it is still of use. If this repeats, give Twilio support the message SID.",
  ),
  30021: twilio.later(
    "A fault inside Twilio's Messaging Service system stopped this message before it went out.",
    "Send it again. If this repeats, give Twilio support the message SID.",
  ),
  30022: account.later(
    "Messages went out faster than US carriers allow for this A2P 10DLC campaign.",
    "Send again more slowly. For a higher rate, raise the trust score of the brand or use more suitable campaigns.",
  ),
  30023: account.later(
    "The brand had used up the messages that a US carrier allows it in one day.",
    "Send again the next day. Spread large campaigns over several days, or ask for a higher daily limit.",
  ),
  30024: sender.maybe(
    "The sending number is not set up at the recipient's carrier, or not yet.",
    "If the number was registered lately, try again in a day. If only one carrier keeps failing, give Twilio support three message SIDs.",
  ),
  30025: account.no(
    "This is only a warning and did not stop the message: half of the brand's messages to T-Mobile for the day are used.",
    "Nothing is wrong yet. Plan the rest of the day's messages with the limit in mind.",
  ),
  30026: account.no(
    "This is only a warning and did not stop the message: 70 percent of the brand's messages to T-Mobile for the day are used.",
    "Hold back what can wait until tomorrow, so that urgent messages still go through today.",
  ),
  30027: account.later(
    "The brand had used up its messages to T-Mobile numbers for the day.",
    "Send again after midnight in the US Pacific time zone. Spread large campaigns over several days.",
  ),
  30028: request.no(
    "The request named a version of Twilio's interface that does not exist.",
    "Ask your developers to correct the API version in the request.",
  ),
  30029: request.no(
    "The request asked Twilio to keep or drop the message text in a way that it does not know.",
    "Ask your developers to correct the ContentRetention setting.",
  ),
  30030: request.no(
    "The request asked Twilio to keep or drop the phone number in a way that it does not know.",
    "Ask your developers to correct the AddressRetention setting.",
  ),
  30031: request.no(
    "The request set a maximum rate that Twilio does not accept.",
    "Ask your developers to correct or remove the MaxRate setting.",
  ),
  30032: sender.no(
    "The message came from a toll-free number that is not verified. Carriers in the US and Canada block such numbers.",
    "Complete the toll-free verification in the Twilio Console. Use another sender until it is approved.",
  ),
  30033: sender.no(
    "The A2P 10DLC campaign of the sending number is suspended, so US carriers take no messages from it.",
    "Find the reason in the Twilio Console under the campaign, and settle it with Twilio support.",
  ),
  30034: sender.no(
    "The sending number is not registered for business messages in the US (A2P 10DLC), so it was blocked.",
    "Add the number to the Messaging Service of an approved campaign. If you have no brand and campaign yet, register them in the Twilio Console.",
  ),
  30035: sender.later(
    "The sending number was just added to its A2P 10DLC campaign and is still being set up.",
    "Wait until the Twilio Console shows the number as registered, then send again.",
  ),
  30036: account.later(
    "The message waited in Twilio's queue longer than its validity period and was never sent.",
    "Send again if it is still of use. Give such messages a longer validity period, or send smaller batches.",
  ),
  30037: account.no(
    "Outgoing messages are switched off for this Twilio account.",
    "Look for a notice from Twilio in the Console and in your mail, then ask Twilio support to switch them on.",
  ),
  30038: content.no(
    "An incoming message held a one-time passcode. Twilio numbers may not receive these, so Twilio removed the code and dropped the message.",
    "Use an ordinary mobile number to receive passcodes. Ask Twilio support if you need an exception.",
  ),
  30039: recipient.no(
    "An incoming message looked as if a machine wrote it. Twilio held it back so that two automatic systems do not answer each other without end.",
    "Read it in the Twilio Console if it matters. Make sure that your automatic replies do not answer other machines.",
  ),
  30040: sender.no(
    "The recipient's carrier takes messages only from registered sender IDs, and refused this one.",
    "Register the sender ID for this country in the Twilio Console, then send again.",
  ),
  30041: sender.no(
    "The recipient's country allows only registered senders, and this sender is restricted or not registered there.",
    "Look up the country's SMS guidelines at Twilio, and register the sender or choose one that is allowed.",
  ),
  30042: sender.no(
    "The sender name was blocked. It is too general, has characters that are not allowed, or this account may not use it.",
    "Choose a sender name that clearly shows your brand, and register it where the country asks for it.",
  ),
  30043: carrier.no(
    "The recipient's carrier refused this message as an international one that came in by a domestic route.",
    "Give Twilio support the message SIDs and say whether this traffic is domestic or international, so that they can change the route.",
  ),
  30044: account.no(
    "The message is longer than a Twilio trial account may send.",
    "Shorten the text and avoid emoji and special characters, or upgrade the account.",
  ),
  30045: request.no(
    "Twilio gave a warning: the validity period of this message was outside 1 to 36,000 seconds.",
    "Correct the validity period in the request or in the Messaging Service.",
  ),
  30046: recipient.later(
    "Nobody confirmed that this message reached the phone. It may be switched off or out of coverage.",
    "Ask the recipient whether the message came before you send it again, so that it does not arrive twice.",
  ),
  30047: twilio.later(
    "The message fell into quiet hours, and Twilio failed to move it to an allowed time. It wasn’t sent.",
    "Send it again within the allowed hours of the recipient. If this repeats, give Twilio support the message SID.",
  ),
  30410: carrier.later(
    "The carrier that should pass this message on did not answer Twilio in time.",
    "Send it again in a few minutes. If one carrier keeps failing, give Twilio support some message SIDs.",
  ),
  30450: twilio.later(
    "Twilio blocked this number for a short time because the traffic to it looked like fraud (SMS pumping).",
    "Wait at least 30 minutes, then send again. If the recipient is genuine, add the number to Twilio's Global Safe List.",
  ),
  30453: suspectedPumping,
  30454: account.later(
    "The account has sent as many messages as Twilio lets it send for now.",
    "Send again the next day, or ask Twilio support for a higher limit.",
  ),
  30485: suspectedPumping,
  30500: twilio.later(
    "A fault inside Twilio stopped this message.",
    "Send it again. If it fails again, look at Twilio's status page and give Twilio support the message SID.",
  ),
  30610: content.later(
    "The message fell into the quiet hours at the recipient's place, and Twilio's Compliance Toolkit blocked it.",
    "Send it within the allowed hours, in the US mostly 8 a.m. to 9 p.m. local time, or let the toolkit reschedule such messages.",
  ),
  30615: content.later(
    "Local rules did not allow such a message to the recipient at that time of day.",
    "Send it within the hours that the recipient's state or country allows, or schedule it for them.",
  ),
  30620: content.no(
    "Twilio's compliance checks stopped this message. Twilio says no more than that with this code.",
    "Check that the recipient agreed to such messages and that the text fits that consent. Ask Twilio support with the message SID for the exact reason.",
  ),
  30630: recipient.no(
    "The recipient has opted out of these messages, as far as Twilio's consent records show.",
    "Stop sending to this number. If the recipient agreed again, record the new consent with Twilio first.",
  ),
  30640: recipient.no(
    "Twilio's Compliance Toolkit blocked this message because the number carries a legal risk, for example of claims over unwanted messages.",
    "Take the number off your marketing lists. If it is a needed message with clear consent, have your developers set its message intent.",
  ),
};
