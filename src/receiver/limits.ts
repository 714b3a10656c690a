export const BODY_BYTES_MAX = 64 * 1024;
/** Of a post of Event Streams. */
export const EVENTS_BYTES_MAX = 1024 * 1024;
export const PARAMS_MAX = 100;
