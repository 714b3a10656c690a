/**
 * A header of the response to an unsigned callback: a random ID of this run of the
 * server, the same as in `/livez`. It shows `doctor` whether the public address leads
 * to the server that it checks.
 */
export const INSTANCE_HEADER = "smsledger-instance";
