import { boundedCount, duration } from "../../../words/amounts.ts";
import { fine, note, wrong, type Finding } from "../../../words/finding.ts";
import { keepingProblem, type Keeping } from "../../keeping.ts";
import type { Connection } from "../connection/pool.ts";
import { readKeeping } from "../keeper/keeping.ts";

/** Records what was set aside, once a version can. */
const MOVE_BACK =
  "WITH moved AS (DELETE FROM inbox_set_aside RETURNING id, event) INSERT INTO inbox (event) SELECT event FROM moved ORDER BY id";

/** Checks whether a node records what nodes receive, and whether all could be recorded. */
export async function recordingFindings(
  query: Connection["query"],
  isServerRunning: boolean,
): Promise<Finding[]> {
  const keeping = await readKeeping({ query }, undefined);
  return [
    keeperFinding(keeping, isServerRunning),
    ...(await setAsideFindings(query, keeping)),
  ];
}

function keeperFinding(keeping: Keeping, isServerRunning: boolean): Finding {
  const { node, waiting, behindMs } = keeping;
  const problem = keepingProblem(keeping);
  if (problem !== undefined) {
    const isIdle = node === undefined && waiting.count === 0;
    return isIdle && !isServerRunning
      ? note(problem, "Start a node, or look at the log of one that runs.")
      : wrong(
          problem,
          node === undefined
            ? "Start a node, or look at the log of one that runs. It records everything that waits."
            : `The log of ${node} may say why. Check the server's load and its locks (pg_stat_activity).`,
        );
  }
  if (node === undefined) return fine("No node is recording at this moment.");
  return fine(
    waiting.count === 0
      ? `Callbacks are recorded by the node ${node}, and none waits.`
      : `Callbacks are recorded by the node ${node}. ${boundedCount(waiting)} wait, the first for ${duration(behindMs)}.`,
  );
}

async function setAsideFindings(
  query: Connection["query"],
  { setAside }: Keeping,
): Promise<Finding[]> {
  if (setAside.count === 0) return [];
  const reasons = await query<{ reason: string }>(
    "SELECT DISTINCT reason FROM (SELECT reason FROM inbox_set_aside ORDER BY id DESC LIMIT 1000) AS latest ORDER BY reason LIMIT 5",
  );
  const words = reasons.map(({ reason }) => reason).join(", ");
  return [
    wrong(
      `${boundedCount(setAside)} ${setAside.count === 1 ? "callback" : "callbacks"} couldn't be recorded and ${setAside.count === 1 ? "was" : "were"} set aside, because of an error in smsledger: ${words}.`,
      `Report it; the log has the details. With a version that can record them, run in psql: ${MOVE_BACK}`,
    ),
  ];
}
