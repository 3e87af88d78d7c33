/**
 * The chat's configuration: `--env` picks one, else the variable SPAWNLINK_ENV, else it is `dev`, and `test` in
 * tests.
 *
 * @module
 */
import { Config } from "../../../mod.ts";

export default Config.importConfig({
  dev: () => import("./dev.ts"),
  test: () => import("./test.ts"),
  prod: () => import("./prod.ts"),
});
