/**
 * Births: who was spawned begins once, and who was hired begins again as its specification says.
 *
 * @module
 */
import type { EntryOf, Facts } from "./facts.ts";
import { lifeOf } from "../journal.ts";
import { isOperation, type Restart } from "../scenario.ts";

/** What did not hold. */
export const problemsOfCrew = (facts: Facts): ReadonlyArray<string> => {
  const restarts = new Map(
    facts.scenario.steps.flatMap((step) =>
      isOperation(step) && step.op === "hire" ? [[step.slot, step.restart] as const] : []
    ),
  );
  const births = Map.groupBy(facts.all("born"), ({ slot }) => slot);
  return [
    ...[...births].flatMap(([slot, list]) => {
      const restart = restarts.get(slot);
      if (restart !== undefined) return problemsOf(facts, restart, list);
      return list.length > 1 ? [`births: slot ${slot} was begun ${list.length} times`] : [];
    }),
    ...problemsOfDismissals(facts),
  ];
};

const problemsOf = (
  facts: Facts,
  restart: Restart,
  births: ReadonlyArray<EntryOf<"born">>,
): ReadonlyArray<string> =>
  births.flatMap((birth, index) => {
    const { who } = birth;
    const death = facts.deathOf(who);
    const next = births[index + 1];
    if (next !== undefined && (death === undefined || facts.isBefore(next, death))) {
      return [`crew: ${next.who} was begun beside ${who}, which lives`];
    }
    if (
      death === undefined || facts.endOf(lifeOf(who)) < Infinity || facts.isDismissed(who, death.at)
    ) return [];
    const isFailure = death.reason !== "normal" && death.reason !== "shutdown";
    const isDue = restart === "permanent" || (restart === "transient" && isFailure);
    const text = `crew: ${who} (${restart}) ended with ${death.reason}, and`;
    if (next !== undefined) return isDue ? [] : [`${text} was begun again`];
    // One that ends with the run has no time to begin again.
    return isDue && facts.all("rest").some(({ at }) => at > death.at) ? [`${text} was not begun again`] : [];
  });

/** Who was dismissed is gone, once that is said. */
const problemsOfDismissals = (facts: Facts): ReadonlyArray<string> => {
  const asked = new Map(facts.all("asked").map((entry) => [entry.ask, entry.text]));
  return facts.all("answered").flatMap((answered) => {
    const who = /^dismiss (.*)$/.exec(asked.get(answered.ask) ?? "")?.[1];
    if (who === undefined || answered.answer !== ":ok") return [];
    const death = facts.deathOf(who);
    return death !== undefined && facts.isBefore(death, answered)
      ? []
      : [`crew: ${who} was dismissed, and lives`];
  });
};
