/** The account of simulated callbacks, if no token is bound to a real one. */
export const MADE_UP_ACCOUNT = "AC00000000000000000000000000000000";
