/**
 * The module that both of our nodes define.
 *
 * @module
 */
import { defmodule } from "../../../mod.ts";

/** What tasks are asked for. */
export const Bench = defmodule("Bench", { answer: (value: number) => value });

/** The task supervisor's name. */
export const tasks = "Bench.Tasks";
