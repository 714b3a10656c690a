/**
 * Loaded before the server (`--preload`) when it serves a made-up history: its clock
 * goes on from the history's end, so that "the last hour" is as full as it should be.
 */
const shiftMs = Number(process.env["SMSLEDGER_BENCH_NOW"]) - Date.now();
const now = Date.now;
Date.now = () => now() + shiftMs;
