import { channelExplanations } from "./channel.ts";
import { createRequestExplanations } from "./create-request.ts";
import { deliveryExplanations } from "./delivery.ts";
import type { Explanations } from "./explanation.ts";
import { otherExplanations } from "./other.ts";

/** Our words for every error code that a message can carry, by code. */
export const explanations: Explanations = {
  ...deliveryExplanations,
  ...createRequestExplanations,
  ...channelExplanations,
  ...otherExplanations,
};
