import { expect, test } from "bun:test";
import { VIEWS_MAX, type NewView } from "../../../src/store/views.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12);
const BY = { at: AT, actor: "ana", address: null };
const TEAMS: NewView = {
  ownerId: null,
  name: "Failed",
  filter: "status:failed",
  inDigest: false,
};
const MINE: NewView = {
  ownerId: 1,
  name: "Mine",
  filter: "country:DE",
  inDigest: true,
};

function idOf(added: { readonly id: number } | { readonly refusal: string }) {
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

storeContract((openStore) => {
  test("a view is the team's or a user's, is changed and removed, each with an entry in the audit list", async () => {
    await using opened = await openStore();
    const { views, audit } = opened.store;
    const teams = idOf(await views.add(TEAMS, BY));
    const mine = idOf(await views.add(MINE, BY));
    expect(await views.list(null)).toMatchObject([{ id: teams, ...TEAMS }]);
    expect(await views.list(2)).toMatchObject([TEAMS]);
    expect(await views.list(1)).toMatchObject([TEAMS, MINE]);
    const change = { name: "Late", filter: "status:sent", inDigest: true };
    const later = { ...BY, at: AT + 1 };
    expect(await views.change(teams, 1, change, later)).toBeUndefined();
    expect(await views.byId(teams)).toEqual({
      id: teams,
      ownerId: null,
      ...change,
      revision: 2,
      createdBy: "ana",
      createdAt: AT,
      changedBy: "ana",
      changedAt: AT + 1,
    });
    expect(await views.remove(mine, later)).toBe(true);
    expect(await views.remove(mine, later)).toBe(false);
    expect(await views.byId(mine)).toBeUndefined();
    const entries = await audit.list({ size: 10 });
    expect(
      entries.map(({ action, subject }) => [action, subject]).toReversed(),
    ).toEqual([
      ["saved the view of the team", "Failed"],
      ["saved the view of their own", ""],
      ["changed the view of the team", "Late"],
      ["removed the view of their own", ""],
    ]);
  });

  test("names are unique for the team and for each user, in any case, and there's a maximum", async () => {
    await using opened = await openStore();
    const { views } = opened.store;
    const teams = idOf(await views.add(TEAMS, BY));
    const taken = { refusal: "name taken" } as const;
    expect(await views.add({ ...TEAMS, name: "FAILED" }, BY)).toEqual(taken);
    for (const ownerId of [1, 2])
      idOf(await views.add({ ...TEAMS, ownerId }, BY));
    for (let count = 1; count < VIEWS_MAX; count++)
      idOf(await views.add({ ...TEAMS, name: `View ${count}` }, BY));
    expect(await views.add({ ...TEAMS, name: "One more" }, BY)).toEqual({
      refusal: "too many",
    });
    idOf(await views.add({ ...MINE, name: "One more" }, BY));
    const change = { name: "view 1", filter: "", inDigest: false };
    expect(await views.change(teams, 1, change, BY)).toBe("name taken");
  });

  test("of two people who change a view at once, the second one is told", async () => {
    await using opened = await openStore();
    const { views } = opened.store;
    const id = idOf(await views.add(TEAMS, BY));
    const [one, other] = [
      { ...TEAMS, filter: "code:30003" },
      { ...TEAMS, filter: "code:30005" },
    ];
    expect(await views.change(id, 1, one, BY)).toBeUndefined();
    expect(await views.change(id, 1, other, BY)).toBe("changed meanwhile");
    // The same form sent twice.
    expect(await views.change(id, 1, one, BY)).toBeUndefined();
    expect(await views.byId(id)).toMatchObject({ ...one, revision: 2 });
    await views.remove(id, BY);
    expect(await views.change(id, 2, other, BY)).toBe("no such view");
  });

  test("a user's own views go with the user", async () => {
    await using opened = await openStore();
    const { views, accounts } = opened.store;
    const added = await accounts.addUser(
      {
        name: "mo",
        role: "member",
        passwordHash: null,
        isPasswordTemporary: false,
      },
      BY,
    );
    const ownerId = idOf(added);
    idOf(await views.add({ ...MINE, ownerId }, BY));
    idOf(await views.add(TEAMS, BY));
    expect(await accounts.removeUser(ownerId, BY)).toBeUndefined();
    expect(await views.list(ownerId)).toMatchObject([TEAMS]);
  });

  test("an erased number is in no view's name or filter", async () => {
    await using opened = await openStore();
    const { views, upkeep } = opened.store;
    const filter = "to:+4915112345678 status:failed";
    const id = idOf(
      await views.add({ ...TEAMS, name: "+49 151 12345678", filter }, BY),
    );
    const other = idOf(await views.add(MINE, BY));
    await upkeep.erase("4915112345678");
    const left = await views.byId(id);
    expect(`${left?.name} ${left?.filter}`).not.toMatch(/1234|5678/);
    expect(left?.filter).toContain("status:failed");
    expect(left?.revision).toBe(2);
    expect(await views.byId(other)).toMatchObject(MINE);
  });
});
