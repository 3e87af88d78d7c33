/**
 * Every promise, checked against what happened.
 *
 * @module
 */
import type { Entry } from "../journal.ts";
import type { Scenario } from "../scenario.ts";
import { problemsOfCalls } from "./calls.ts";
import { problemsOfCrew } from "./crew.ts";
import { Facts } from "./facts.ts";
import { problemsOfLinks } from "./links.ts";
import { problemsOfMessages } from "./messages.ts";
import { problemsOfMonitors } from "./monitors.ts";
import { problemsOfNames } from "./names.ts";
import { problemsOfNodes } from "./nodes.ts";
import { problemsOfOutput } from "./output.ts";
import { problemsOfReasons } from "./reasons.ts";
import { problemsOfTasks } from "./tasks.ts";
import { problemsOfTimes } from "./times.ts";

/** What of the promises did not hold, each as `what: words`. */
export const check = (journal: ReadonlyArray<Entry>, scenario: Scenario): ReadonlyArray<string> => {
  const facts = new Facts(journal, scenario);
  return [
    ...problemsOfNodes(facts),
    ...problemsOfMessages(facts),
    ...problemsOfMonitors(facts),
    ...problemsOfLinks(facts),
    ...problemsOfReasons(facts),
    ...problemsOfTasks(facts),
    ...problemsOfCalls(facts),
    ...problemsOfNames(facts),
    ...problemsOfCrew(facts),
    ...problemsOfOutput(facts),
    ...problemsOfTimes(facts),
  ];
};
