import type { Config } from "../config/config.ts";
import {
  algorithmNamed,
  readSignatureSettings,
  secretsFor,
} from "../twilio/shared-keys.ts";
import type { Algorithm } from "../twilio/signature.ts";
import { distinct, type Variant } from "./cause.ts";
import type { Cause } from "../store/diagnosis.ts";

/**
 * Returns the secrets that may have signed a callback with signature settings, with
 * the algorithm that its signature's length implies. Those already tried have no
 * cause.
 */
export function keyVariants(
  { sharedKeys, authTokens }: Pick<Config, "sharedKeys" | "authTokens">,
  settingsHeader: string,
  algorithm: Algorithm,
): Variant[] {
  const { keyIds, algorithm: name } = readSignatureSettings(settingsHeader);
  const tried = secretsFor(sharedKeys, keyIds);
  const isNamed = algorithmNamed(name) === algorithm;
  const otherwise: readonly Cause[] = isNamed ? [] : ["algorithm"];
  const as = (value: string, causes: readonly Cause[]): Variant => ({
    value,
    causes: [...causes, ...otherwise],
    isLikely: true,
  });
  return distinct([
    ...tried.map((secret) => as(secret, [])),
    ...sharedKeys.map(({ secret }) => as(secret, ["key-id"])),
    ...authTokens.map(({ token }) => as(token, ["key-as-token"])),
  ]);
}
