/**
 * Loaded before the server (`--preload`) when it serves a made-up history: its clock
 * continues from the history's end, so that "the last hour" is full.
 */
const shiftMs = Number(process.env["SMSLEDGER_BENCH_NOW"]) - Date.now();
const now = Date.now;
Date.now = () => now() + shiftMs;
