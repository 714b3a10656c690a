/** Exit statuses, as `--help` names them. systemd doesn't restart the server after WRONG_USAGE. */
export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;
