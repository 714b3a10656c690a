import { setDefaultTimeout } from "bun:test";

// A busy machine with two cores may take this long over a test that takes a second alone.
setDefaultTimeout(30_000);
