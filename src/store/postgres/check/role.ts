import { fine, note, wrong, type Finding } from "../../../words/finding.ts";
import type { Connection } from "../connection/pool.ts";

type Role = {
  readonly name: string;
  readonly schema: string | null;
  readonly isSuperuser: number;
  readonly mayCreate: number;
  /** Tables of others, and who owns one. */
  readonly foreign: number;
  readonly owner: string | null;
};

const READ = `SELECT current_user::text AS name, current_schema()::text AS schema,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
    has_schema_privilege(current_schema(), 'CREATE') AS "mayCreate",
    count(*) AS foreign, min(tableowner)::text AS owner
  FROM pg_tables
  WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE')`;

/** Checks whether the user may do what smsledger does, and no more than that. */
export async function roleFindings(
  query: Connection["query"],
): Promise<Finding[]> {
  const [role] = await query<Role>(READ);
  if (role === undefined) throw new TypeError("A user has no role.");
  const { name, schema, isSuperuser, mayCreate, foreign, owner } = role;
  // Whoever reads the tables says what is wrong then.
  if (schema === null) return [];
  const findings: Finding[] = [];
  if (!mayCreate)
    findings.push(
      wrong(
        `The user ${name} can't create tables in the schema ${schema}, as upgrades and new partitions do.`,
        `Run as the schema's owner: GRANT CREATE ON SCHEMA ${schema} TO ${name}`,
      ),
    );
  if (foreign > 0)
    findings.push(
      wrong(
        `${foreign} of the tables belong to ${owner}, so the user ${name} can't upgrade them or add partitions.`,
        `Use ${owner} in DATABASE_URL, or run as ${owner}: REASSIGN OWNED BY ${owner} TO ${name}`,
      ),
    );
  if (isSuperuser)
    findings.push(
      note(
        `The user ${name} is a superuser, and could do more than smsledger needs.`,
        "Name another one in DATABASE_URL: deploy/postgresql-role.sql creates one that owns only what it needs.",
      ),
    );
  return findings.length > 0
    ? findings
    : [fine(`The user ${name} may do what smsledger needs, and no more.`)];
}
