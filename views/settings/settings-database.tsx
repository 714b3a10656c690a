import type { GeneralSettings } from "../../src/ops/general-settings.ts";
import { keepingProblem, type Keeping } from "../../src/store/keeping.ts";
import { boundedCount, byteWords, percent } from "../../src/words/amounts.ts";
import { Ago } from "../parts/time.tsx";
import { Fact } from "./given.tsx";

/** Where the database is, and how much space it takes. */
export function Database({
  settings: { database, disk },
}: {
  readonly settings: GeneralSettings;
}) {
  const { place, isOnServer, bytes } = database;
  return (
    <>
      <Fact name="Database" by="DATABASE_URL">
        <bdi class={isOnServer ? "" : "mono"} safe>
          {place}
        </bdi>
        <br />
        {bytes === undefined ? (
          <b>
            {isOnServer
              ? "The database server doesn’t answer."
              : "The file is not there any more."}
          </b>
        ) : (
          <span safe>{byteWords(bytes)}</span>
        )}
      </Fact>
      {isOnServer ? (
        ""
      ) : (
        <Fact name="Disk">
          {disk === undefined ? (
            <span class="none">unknown</span>
          ) : (
            <span safe>
              {`${byteWords(disk.freeBytes)} of ${byteWords(disk.totalBytes)} free (${percent(disk.freeBytes / disk.totalBytes)})`}
            </span>
          )}
        </Fact>
      )}
    </>
  );
}

/** Which node records what all nodes receive, and what is wrong with that. */
export function Recording({
  keeping,
  now,
}: {
  readonly keeping: GeneralSettings["keeping"];
  readonly now: number;
}) {
  if (keeping === undefined) return "";
  return (
    <Fact name="Recording">
      {keeping === null ? (
        <span class="none">unknown</span>
      ) : (
        <KeeperWords keeping={keeping} now={now} />
      )}
    </Fact>
  );
}

function KeeperWords({
  keeping,
  now,
}: {
  readonly keeping: Keeping;
  readonly now: number;
}) {
  const { node, isThisNode, since, waiting, setAside } = keeping;
  const problem = keepingProblem(keeping);
  return (
    <>
      {node === undefined ? (
        <>
          No node is the keeper. The last one ended <Ago at={since} now={now} />
        </>
      ) : (
        <>
          <bdi safe>{node}</bdi>
          {isThisNode ? " (this node)" : ""} became the keeper{" "}
          <Ago at={since} now={now} />
        </>
      )}
      <span safe>
        {waiting.count === 0
          ? ". No callback waits."
          : `. ${boundedCount(waiting)} ${waiting.count === 1 ? "callback waits" : "callbacks wait"}.`}
      </span>
      {problem === undefined ? (
        ""
      ) : (
        <p class="given-failure">
          <b safe>{problem}</b>
        </p>
      )}
      {setAside.count === 0 ? (
        ""
      ) : (
        <p class="given-failure">
          <b
            safe
          >{`${boundedCount(setAside)} ${setAside.count === 1 ? "callback was" : "callbacks were"} set aside`}</b>
          : <code>smsledger doctor</code> says why, and what to do.
        </p>
      )}
    </>
  );
}
