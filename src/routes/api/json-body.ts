import { readBody } from "../../http/body.ts";
import {
  BODY_TOO_LARGE,
  INVALID_JSON,
  NOT_JSON,
  type ApiProblem,
} from "./problems.ts";

const BODY_BYTES_MAX = 16 * 1_024;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** Reads the JSON of a request's body; undefined if there is no body. */
export async function readJson(
  request: Request,
): Promise<{ readonly json: unknown } | ApiProblem> {
  const type = request.headers.get("content-type");
  const isJson = type === null || JSON_TYPE.test(type);
  // A form was read already, to no end.
  if (!isJson || request.bodyUsed) return NOT_JSON;
  const bytes = await readBody(request, BODY_BYTES_MAX);
  if (bytes === undefined) return BODY_TOO_LARGE;
  if (bytes.byteLength === 0) return { json: undefined };
  if (type === null) return NOT_JSON;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { json: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return INVALID_JSON;
    throw error;
  }
}
