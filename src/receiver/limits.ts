export const BODY_BYTES_MAX = 64 * 1024;
export const PARAMS_MAX = 100;
