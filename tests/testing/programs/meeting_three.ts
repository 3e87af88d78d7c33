/**
 * One of three test files that run at the same time: their nodes meet.
 *
 * @module
 */
import { meet } from "./meeting.ts";

meet();
