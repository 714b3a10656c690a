/**
 * In the answer to a callback without a signature: a random id of this run of the
 * server, the same that `/livez` tells. By it `doctor` knows whether the public address
 * leads to the server that it looks at.
 */
export const INSTANCE_HEADER = "smsledger-instance";
